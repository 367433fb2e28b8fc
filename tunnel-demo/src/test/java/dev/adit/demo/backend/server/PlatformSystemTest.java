package dev.adit.demo.backend.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.ResourceInfo;
import dev.adit.demo.client.PlatformClient;
import dev.adit.demo.proto.platform.BatchGetUsersResponse;
import dev.adit.demo.proto.platform.Order;
import dev.adit.demo.proto.platform.OrderItem;
import dev.adit.demo.proto.platform.OrderStatus;
import dev.adit.demo.proto.platform.OrderUpdate;
import dev.adit.demo.proto.platform.User;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class PlatformSystemTest {
  private static final Duration STEP = Duration.ofMillis(50);
  private static final OrderItem TEA =
      OrderItem.newBuilder().setSku("tea").setQuantity(3).setUnitPriceCents(450).build();

  private BackendFixture backend;
  private PlatformClient platform;

  @BeforeEach
  void start() throws IOException {
    backend =
        BackendFixture.start(
            BackendConfig.onLoopback("platform-1", SampleSystem.USER, SampleSystem.ORDER)
                .withTimes(Duration.ofSeconds(30), STEP));
    platform = new PlatformClient(backend.channel());
  }

  @AfterEach
  void stop() {
    backend.close();
  }

  @Test
  void usersLiveFromCreateToDelete() {
    User ada = platform.createUser("Ada", "ada@example.com");
    assertEquals(ada, platform.getUser(ada.getId()));

    User renamed = platform.renameUser(ada.getId(), "Ada Lovelace");
    assertEquals("Ada Lovelace", renamed.getName());
    assertEquals("ada@example.com", renamed.getEmail());
    assertEquals(2, renamed.getVersion());

    platform.deleteUser(ada.getId());
    assertEquals(Status.Code.NOT_FOUND, codeOf(() -> platform.getUser(ada.getId())));
    assertEquals(Status.Code.NOT_FOUND, codeOf(() -> platform.deleteUser(ada.getId())));
  }

  @Test
  void notFoundTellsInItsDetailsWhatIsMissing() throws Exception {
    StatusRuntimeException failure =
        assertThrows(StatusRuntimeException.class, () -> platform.getUser("nobody \u00fc 1%"));

    assertEquals("user \"nobody \u00fc 1%\" does not exist", failure.getStatus().getDescription());
    com.google.rpc.Status details = PlatformClient.details(failure);
    assertEquals(Status.Code.NOT_FOUND.value(), details.getCode());
    assertEquals(
        ResourceInfo.newBuilder()
            .setResourceType("user")
            .setResourceName("nobody \u00fc 1%")
            .build(),
        details.getDetails(0).unpack(ResourceInfo.class));
    assertArrayEquals(details.toByteArray(), PlatformClient.detailBytes(failure));
  }

  @Test
  void badUsersAreRefused() {
    platform.createUser("Ada", "ada@example.com");

    assertEquals(
        Status.Code.ALREADY_EXISTS, codeOf(() -> platform.createUser("Eve", "ada@example.com")));
    assertEquals(Status.Code.INVALID_ARGUMENT, codeOf(() -> platform.createUser("", "a@b")));
    assertEquals(Status.Code.INVALID_ARGUMENT, codeOf(() -> platform.createUser("Eve", "eve")));
  }

  @Test
  void listStreamsThousandsOfUsersInTheOrderTheyCame() {
    List<User> created =
        IntStream.range(0, 3000)
            .mapToObj(i -> platform.createUser("listed " + i, "listed" + i + "@example.com"))
            .toList();
    platform.createUser("other", "other@example.com");

    assertEquals(created, platform.listUsers("listed"));
  }

  @Test
  void batchAnswersAllIdsOfAllMessagesAtOnce() throws Exception {
    User ada = platform.createUser("Ada", "ada@example.com");
    User grace = platform.createUser("Grace", "grace@example.com");

    BatchGetUsersResponse found =
        platform.batchGetUsers(List.of(grace.getId(), "nobody", ada.getId()));

    assertNotNull(found);
    assertEquals(List.of(grace, ada), found.getUsersList());
    assertEquals(List.of("nobody"), found.getMissingIdsList());
  }

  @Test
  void anOrderIsFollowedStepByStepUntilItIsDelivered() {
    Order order = platform.createOrder("user-1", TEA);
    assertEquals(1350, order.getTotalCents());

    long start = System.nanoTime();
    List<OrderUpdate> updates = platform.followOrder(order.getId());
    Duration took = Duration.ofNanos(System.nanoTime() - start);

    OrderUpdate first = updates.get(0);
    for (int i = 0; i < updates.size(); i++) {
      assertEquals(i + 1, updates.get(i).getSequence());
      assertEquals(first.getStatusValue() + i, updates.get(i).getStatusValue());
    }
    assertEquals(OrderStatus.ORDER_STATUS_DELIVERED, updates.get(updates.size() - 1).getStatus());
    // Every message but the first and the second waits a whole step.
    Duration least = STEP.multipliedBy(Math.max(0, updates.size() - 3));
    assertTrue(took.compareTo(least) >= 0, updates.size() + " updates in " + took);
    assertEquals(OrderStatus.ORDER_STATUS_DELIVERED, platform.getOrder(order.getId()).getStatus());
  }

  @Test
  void badOrdersAreRefusedAndUnknownOnesNotFound() {
    assertEquals(Status.Code.INVALID_ARGUMENT, codeOf(() -> platform.createOrder("user-1")));
    assertEquals(Status.Code.INVALID_ARGUMENT, codeOf(() -> platform.createOrder("", TEA)));
    assertEquals(Status.Code.NOT_FOUND, codeOf(() -> platform.getOrder("order-0")));
    assertEquals(Status.Code.NOT_FOUND, codeOf(() -> platform.followOrder("order-0")));
  }

  private static Status.Code codeOf(Executable call) {
    return assertThrows(StatusRuntimeException.class, call).getStatus().getCode();
  }
}
