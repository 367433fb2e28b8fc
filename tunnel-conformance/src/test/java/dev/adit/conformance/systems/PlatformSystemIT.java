package dev.adit.conformance.systems;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.core.token.TokenHash;
import dev.adit.demo.backend.server.BackendConfig;
import dev.adit.demo.backend.server.BackendServer;
import dev.adit.demo.backend.server.SampleSystem;
import dev.adit.demo.client.CallRecord;
import dev.adit.demo.client.CallerConfig;
import dev.adit.demo.client.PlatformClient;
import dev.adit.demo.proto.platform.Order;
import dev.adit.demo.proto.platform.OrderItem;
import dev.adit.demo.proto.platform.OrderStatus;
import dev.adit.demo.proto.platform.OrderUpdate;
import dev.adit.demo.proto.platform.User;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * Users and orders of one host (S5). The backend of the users checks their token, the entry that of
 * the orders.
 */
final class PlatformSystemIT {
  private static final String HOST = "api.example.com";
  private static final String USER_TOKEN = UUID.randomUUID().toString();
  private static final String ORDER_TOKEN = UUID.randomUUID().toString();
  private static final OrderItem TEA =
      OrderItem.newBuilder().setSku("tea").setQuantity(3).setUnitPriceCents(450).build();
  private static final String RULES =
      """
      version: 1
      rules:
      - name: users
        hosts: [api.example.com]
        matches: [{service: jisucloud.v1.UserService}]
        to: accounts
      - name: orders
        hosts: [api.example.com]
        matches: [{service: jisucloud.v1.OrderService}]
        to: sales
        auth: {bearer: [{sha256: %s}]}
      """;

  private static BackendServer users;
  private static BackendServer orders;
  private static SystemSite site;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() throws Exception {
    users =
        BackendServer.start(
            BackendConfig.onLoopback("user-1", SampleSystem.USER).withToken(USER_TOKEN));
    orders =
        BackendServer.start(
            BackendConfig.onLoopback("order-1", SampleSystem.ORDER)
                .withTimes(Duration.ofSeconds(30), Duration.ofMillis(200)));
    site =
        SystemSite.start(
            SitePlan.of(
                RULES.formatted(TokenHash.of(ORDER_TOKEN).hex()),
                AgentPlan.of("site-a", "accounts", users.address()),
                AgentPlan.of("site-b", "sales", orders.address())));
    channel = site.channel(HOST);
  }

  @AfterAll
  static void stop() {
    site.close();
    users.close();
    orders.close();
  }

  @Test
  void twoServicesOfOneHostGoToTwoGroups() {
    CallRecord userCall = new CallRecord();
    User user =
        new PlatformClient(userCall.on(channel))
            .withToken(USER_TOKEN)
            .createUser("Ada", "ada@example.com");
    CallRecord orderCall = new CallRecord();
    Order order =
        new PlatformClient(orderCall.on(channel))
            .withToken(ORDER_TOKEN)
            .createOrder(user.getId(), TEA);

    assertEquals("Ada", user.getName());
    assertEquals(Optional.of("user-1"), userCall.metadata("x-backend"));
    assertEquals(1350, order.getTotalCents());
    assertEquals(Optional.of("order-1"), orderCall.metadata("x-backend"));
  }

  @Test
  void notFoundArrivesWithItsMessageAndDetailsByteForByte() {
    String id = "nobody \u00fc 1%";
    ManagedChannel direct = CallerConfig.plaintext(users.address()).open();
    try {
      StatusRuntimeException expected = failure(direct, id);
      StatusRuntimeException failure = failure(channel, id);

      assertEquals(Status.Code.NOT_FOUND, failure.getStatus().getCode());
      assertEquals("user \"" + id + "\" does not exist", failure.getStatus().getDescription());
      assertTrue(PlatformClient.detailBytes(failure).length > 0, "no details");
      assertArrayEquals(PlatformClient.detailBytes(expected), PlatformClient.detailBytes(failure));
    } finally {
      direct.shutdownNow();
    }
  }

  @Test
  void anOrderIsFollowedUntilItIsDelivered() {
    PlatformClient platform = new PlatformClient(channel).withToken(ORDER_TOKEN);
    Order order = platform.createOrder("user-1", TEA);

    List<OrderUpdate> updates = platform.followOrder(order.getId());

    for (int i = 0; i < updates.size(); i++) {
      assertEquals(order.getId(), updates.get(i).getOrderId());
      assertEquals(i + 1, updates.get(i).getSequence());
    }
    assertTrue(updates.size() > 1, updates.size() + " updates");
    assertEquals(OrderStatus.ORDER_STATUS_DELIVERED, updates.get(updates.size() - 1).getStatus());
  }

  @Test
  void theBackendSeesTheTokenOfItsCallers() {
    CallRecord call = new CallRecord();
    PlatformClient stranger = new PlatformClient(call.on(channel));

    assertEquals(Status.Code.UNAUTHENTICATED, codeOf(() -> stranger.listUsers("")));
    assertEquals(Optional.of("user-1"), call.metadata("x-backend"));
    assertEquals(Optional.empty(), call.metadata("x-tunnel-reason"));
    assertEquals(
        List.of(), new PlatformClient(channel).withToken(USER_TOKEN).listUsers("no such name"));
  }

  @Test
  void theEntryRefusesCallersWithoutTheTokenOfTheRule() {
    CallRecord without = new CallRecord();
    CallRecord wrong = new CallRecord();

    assertEquals(
        Status.Code.UNAUTHENTICATED,
        codeOf(() -> new PlatformClient(without.on(channel)).createOrder("user-1", TEA)));
    assertEquals(
        Status.Code.PERMISSION_DENIED,
        codeOf(
            () ->
                new PlatformClient(wrong.on(channel))
                    .withToken(USER_TOKEN)
                    .createOrder("user-1", TEA)));

    assertEquals(Optional.of("unauthenticated"), without.metadata("x-tunnel-reason"));
    assertEquals(Optional.of("forbidden"), wrong.metadata("x-tunnel-reason"));
    assertEquals(Optional.empty(), without.metadata("x-backend"));
    assertEquals(Optional.empty(), wrong.metadata("x-backend"));
  }

  private static StatusRuntimeException failure(ManagedChannel from, String id) {
    return assertThrows(
        StatusRuntimeException.class,
        () -> new PlatformClient(from).withToken(USER_TOKEN).getUser(id));
  }

  private static Status.Code codeOf(Executable call) {
    return assertThrows(StatusRuntimeException.class, call).getStatus().getCode();
  }
}
