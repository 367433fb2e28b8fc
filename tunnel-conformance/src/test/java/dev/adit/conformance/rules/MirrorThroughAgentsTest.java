package dev.adit.conformance.rules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A mirrored call reaches a backend of either group, and its caller hears of one only. */
@Timeout(60)
final class MirrorThroughAgentsTest {
  private static final int CALLS = 200;
  private static final byte[] MESSAGE = {0, 0, 0, 0, 3, 'a', 'b', 'c'};
  private static final String RULES =
      """
      version: 1
      rules:
      - {name: all, to: shop, mirror: {group: shadow}}
      """;

  /** Answers when it has read the request: a call that ends before it half-closes has no copy. */
  private static void serve(RawStream stream) throws IOException {
    stream.nextHead();
    stream.nextData();
    answer(stream, "0");
  }

  private static void answer(RawStream stream, String status) throws IOException {
    stream.head(
        Field.list(":status", "200", "content-type", "application/grpc", "grpc-status", status),
        true);
  }

  private static Answer call(RawConnection caller) throws IOException {
    RawStream call = caller.open(CallerKind.GRPC.request("/shop.Cart/Put", "x-order", "7"), false);
    call.data(MESSAGE, true);
    return call.answer();
  }

  private static LocalSite start(RawBackend shop, RawBackend shadow) throws Exception {
    return LocalSite.start(
        SitePlan.of(
            RULES,
            AgentPlan.of("a", "shop", shop.hostAndPort()),
            AgentPlan.of("b", "shadow", shadow.hostAndPort())));
  }

  @Test
  void bothBackendsSeeTheCallAndTheCallerOneAnswer() throws Exception {
    try (RawBackend shop = RawBackend.start(MirrorThroughAgentsTest::serve);
        RawBackend shadow = RawBackend.start(stream -> answer(stream, "13"));
        LocalSite site = start(shop, shadow);
        RawConnection caller = RawConnection.dial(site.entry())) {
      shadow.script(shadow::handOver);
      assertEquals("0", call(caller).last("grpc-status"));
      RawStream copy = shadow.awaitRequest();
      List<Field> head = copy.nextHead();
      assertEquals("/shop.Cart/Put", Field.value(head, ":path"));
      assertEquals("7", Field.value(head, "x-order"));
      assertArrayEquals(MESSAGE, copy.nextData());
      answer(copy, "0");

      shadow.script(stream -> answer(stream, "13"));
      for (int i = 1; i < CALLS; i++) {
        assertEquals("0", call(caller).last("grpc-status"));
      }
      assertEquals(CALLS, shop.requests());
      Eventually.holds("every call is copied", () -> shadow.requests() == CALLS);
      Eventually.empty(site::leftovers);
    }
  }

  /** A shadow that hangs or is not there must cost the callers nothing. */
  @Test
  void shadowThatNeverAnswersOrIsGoneHoldsNoCallUp() throws Exception {
    try (RawBackend shop = RawBackend.start(MirrorThroughAgentsTest::serve);
        RawBackend shadow = RawBackend.start(stream -> {});
        LocalSite site = start(shop, shadow);
        RawConnection caller = RawConnection.dial(site.entry())) {
      for (int i = 0; i < CALLS / 2; i++) {
        assertEquals("0", call(caller).last("grpc-status"));
      }
      site.stopAgent("b");
      for (int i = 0; i < CALLS / 2; i++) {
        assertEquals("0", call(caller).last("grpc-status"));
      }
      assertEquals(CALLS, shop.requests());
      Eventually.empty(site::leftovers);
    }
  }
}
