package dev.adit.demo.scenes;

import static dev.adit.demo.tour.WrongAnswerException.check;

import com.google.rpc.ResourceInfo;
import dev.adit.demo.client.PlatformClient;
import dev.adit.demo.proto.platform.BatchGetUsersResponse;
import dev.adit.demo.proto.platform.Order;
import dev.adit.demo.proto.platform.OrderItem;
import dev.adit.demo.proto.platform.OrderStatus;
import dev.adit.demo.proto.platform.OrderUpdate;
import dev.adit.demo.proto.platform.User;
import dev.adit.demo.tour.Step.Exchange;
import dev.adit.demo.tour.WrongAnswerException;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Calls to users and orders; later ones use what earlier ones created. */
final class PlatformScenes {
  private static final Metadata.Key<String> REASON =
      Metadata.Key.of("x-tunnel-reason", Metadata.ASCII_STRING_MARSHALLER);
  private static final OrderItem TEA =
      OrderItem.newBuilder().setSku("tea").setQuantity(3).setUnitPriceCents(450).build();

  private final List<User> created = new ArrayList<>();
  private String orderId = "";

  Exchange createUser(Channel channel, Channel aside) throws WrongAnswerException {
    User user = new PlatformClient(channel).createUser("Ada Lovelace", "ada@example.com");
    check("name", "Ada Lovelace", user.getName());
    check("email", "ada@example.com", user.getEmail());
    check("version", 1L, user.getVersion());
    created.add(user);
    return new Exchange(
        "name \"Ada Lovelace\", email \"ada@example.com\"",
        "id " + user.getId() + ", version " + user.getVersion());
  }

  Exchange missingUser(Channel channel, Channel aside) throws Exception {
    StatusRuntimeException failure = failureOf(channel, "nobody");
    check("status", Status.Code.NOT_FOUND, failure.getStatus().getCode());
    String message = message(failure);
    check("message", "user \"nobody\" does not exist", message);
    com.google.rpc.Status details = PlatformClient.details(failure);
    check("details", 1, details.getDetailsCount());
    ResourceInfo missing = details.getDetails(0).unpack(ResourceInfo.class);
    check("missing", "user nobody", missing.getResourceType() + " " + missing.getResourceName());
    return new Exchange(
        "id nobody",
        message + "; details: ResourceInfo " + PlatformClient.detailBytes(failure).length + " B");
  }

  Exchange listUsers(Channel channel, Channel aside) throws WrongAnswerException {
    PlatformClient others = new PlatformClient(aside);
    created.add(others.createUser("Grace Hopper", "grace@example.com"));
    created.add(others.createUser("Alan Turing", "alan@example.com"));
    List<User> listed = new PlatformClient(channel).listUsers("");
    check("users", created, listed);
    return new Exchange("all users, of whom two more were created meanwhile", names(listed));
  }

  Exchange batchGet(Channel channel, Channel aside) throws Exception {
    User first = created.get(0);
    User last = created.get(created.size() - 1);
    List<String> ids = List.of(last.getId(), "nobody", first.getId());
    @Nullable BatchGetUsersResponse found = new PlatformClient(channel).batchGetUsers(ids);
    if (found == null) {
      throw new WrongAnswerException("batch: no answer");
    }
    check("users", List.of(last, first), found.getUsersList());
    check("missing", List.of("nobody"), List.copyOf(found.getMissingIdsList()));
    return new Exchange(
        "3 messages: " + String.join(", ", ids),
        "found " + names(found.getUsersList()) + "; missing nobody");
  }

  Exchange createOrder(Channel channel, Channel aside) throws WrongAnswerException {
    Order order = new PlatformClient(channel).createOrder(created.get(0).getId(), TEA);
    check("total", 1350L, order.getTotalCents());
    check("status", OrderStatus.ORDER_STATUS_CREATED, order.getStatus());
    orderId = order.getId();
    return new Exchange(
        "user " + order.getUserId() + ", 3 x tea at 4.50",
        "id " + order.getId() + ", total 13.50, " + word(order.getStatus()));
  }

  Exchange followOrder(Channel channel, Channel aside) throws WrongAnswerException {
    List<OrderUpdate> updates = new PlatformClient(channel).followOrder(orderId);
    int first = updates.isEmpty() ? 0 : updates.get(0).getStatusValue();
    for (int i = 0; i < updates.size(); i++) {
      check("order", orderId, updates.get(i).getOrderId());
      check("sequence", i + 1L, updates.get(i).getSequence());
      check("step", first + i, updates.get(i).getStatusValue());
    }
    check("last step", OrderStatus.ORDER_STATUS_DELIVERED_VALUE, first + updates.size() - 1);
    return new Exchange(
        "order " + orderId,
        updates.size()
            + " messages: "
            + updates.stream()
                .map(update -> word(update.getStatus()))
                .collect(Collectors.joining(", ")));
  }

  /** A host that no rule names. */
  Exchange nowhere(Channel channel, Channel aside) throws WrongAnswerException {
    StatusRuntimeException failure = failureOf(channel, created.get(0).getId());
    check("status", Status.Code.UNIMPLEMENTED, failure.getStatus().getCode());
    Metadata trailers = Objects.requireNonNullElseGet(failure.getTrailers(), Metadata::new);
    check("reason", "no-rule", Objects.requireNonNullElse(trailers.get(REASON), "none"));
    return new Exchange(
        "id " + created.get(0).getId() + ", on a host that no rule names", message(failure));
  }

  private static StatusRuntimeException failureOf(Channel channel, String id)
      throws WrongAnswerException {
    try {
      User user = new PlatformClient(channel).getUser(id);
      throw new WrongAnswerException("expected a failure, got user " + user.getId());
    } catch (StatusRuntimeException e) {
      return e;
    }
  }

  private static String message(StatusRuntimeException failure) {
    return Objects.requireNonNullElse(failure.getStatus().getDescription(), "no message");
  }

  private static String names(List<User> users) {
    return users.stream().map(User::getName).collect(Collectors.joining(", "));
  }

  private static String word(OrderStatus status) {
    return status.name().replace("ORDER_STATUS_", "").toLowerCase(Locale.ROOT);
  }
}
