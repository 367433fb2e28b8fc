package dev.adit.conformance.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.Bytes;
import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Scrape;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.core.http2.GrpcTimeout;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that a server gets before its agents are back wait for them, for a while. */
@Timeout(60)
final class EarlyCallTest {
  private static final int HTTP2_CANCEL = 8;
  private static final byte[] HALF = {0, 0, 0, 0, 6, 'a', 'b', 'c'};
  private static final byte[] REST = {'d', 'e', 'f'};
  private static final Duration WAIT = Duration.ofMillis(500);
  private static final String RULES =
      """
      version: 1
      rules:
      - {name: strange, matches: [{service: shop.Strange}], to: nobody}
      - {name: shop, to: shop}
      """;

  private static void answer(RawStream stream) throws IOException {
    String timeout = Field.value(stream.nextHead(), "grpc-timeout");
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (body.size() < HALF.length + REST.length) {
      body.write(stream.nextData());
    }
    assertArrayEquals(Bytes.concat(HALF, REST), body.toByteArray());
    stream.head(
        Field.with(
            Field.list(":status", "200", "content-type", "application/grpc", "grpc-status", "0"),
            "x-timeout",
            String.valueOf(timeout)),
        true);
  }

  /** Calls that found no agent of the group, as Prometheus is told. */
  private static double noAgent(LocalSite site, String group) throws IOException {
    return Scrape.sum(
        site.admin(), "adit_calls_total", "group=\"" + group + "\"", "reason=\"no-agent\"");
  }

  private static AgentPlan agent(RawBackend backend) {
    return AgentPlan.of("a", "shop", backend.hostAndPort());
  }

  private static LocalSite server(RawBackend backend, String wait) throws Exception {
    return LocalSite.startServer(
        SitePlan.of(RULES, agent(backend)).withTunnelOptions("awaitAgents: " + wait));
  }

  private static RawStream call(RawConnection caller, String... more) throws IOException {
    RawStream call = caller.open(CallerKind.GRPC.request("/shop.Cart/Get", more), false);
    call.data(HALF, false);
    return call;
  }

  @Test
  void itGoesToTheFirstAgentWithAllItsBytesAndLessTime() throws Exception {
    try (RawBackend backend = RawBackend.start(EarlyCallTest::answer);
        LocalSite site = server(backend, "30s");
        RawConnection caller = RawConnection.dial(site.entry())) {
      RawStream before = call(caller, "grpc-timeout", "20S");
      before.data(REST, true);
      RawStream across = call(caller);
      Eventually.holds("both are there", () -> site.server().calls().running() == 2);
      Eventually.pass(WAIT);
      site.startAgent(agent(backend));
      across.data(REST, true);

      Answer answer = before.answer();
      assertEquals("0", answer.last("grpc-status"), answer::toString);
      String left = String.valueOf(answer.last("x-timeout"));
      long leftNanos = GrpcTimeout.parseNanos(AsciiString.of(left));
      assertTrue(
          leftNanos <= Duration.ofSeconds(20).minus(WAIT).toNanos(),
          left + ": more than if it had not waited");
      assertEquals("0", across.answer().last("grpc-status"));
      Eventually.empty(site::leftovers);
    }
  }

  @Test
  void itEndsAtItsDeadlineAndWithItsCaller() throws Exception {
    try (RawBackend backend = RawBackend.start(EarlyCallTest::answer);
        LocalSite site = server(backend, "30s");
        RawConnection caller = RawConnection.dial(site.entry())) {
      Answer late = call(caller, "grpc-timeout", "50m").answer();
      assertEquals("deadline", late.last("x-tunnel-reason"));
      RawStream cancelled = call(caller);
      Eventually.holds("it is there", () -> site.server().calls().running() == 1);
      cancelled.reset(HTTP2_CANCEL);
      Eventually.empty(site::leftovers);
      site.startAgent(agent(backend));
      assertEquals(0, backend.requests());
    }
  }

  @Test
  void itFailsOnceNoAgentIsExpectedAnyMore() throws Exception {
    try (RawBackend backend = RawBackend.start(EarlyCallTest::answer);
        LocalSite site = server(backend, "300ms");
        RawConnection caller = RawConnection.dial(site.entry())) {
      Answer answer = call(caller).answer();
      assertEquals("no-agent", answer.last("x-tunnel-reason"));
      assertEquals("no agent of group shop is connected", answer.last("grpc-message"));
      Eventually.holds("it is counted", () -> noAgent(site, "shop") == 1);
      Eventually.empty(site::leftovers);
    }
  }

  @Test
  @Timeout(10)
  void itDoesNotWaitForAgentsThatCannotComeOrHaveBeenHere() throws Exception {
    try (RawBackend backend = RawBackend.start(EarlyCallTest::answer);
        LocalSite site = server(backend, "1m");
        RawConnection caller = RawConnection.dial(site.entry())) {
      Answer strange = caller.open(CallerKind.GRPC.request("/shop.Strange/Get"), true).answer();
      assertEquals("no-agent", strange.last("x-tunnel-reason"));
      Eventually.holds("it is counted", () -> noAgent(site, "nobody") == 1);
      site.startAgent(agent(backend));
      site.stopAgent("a");
      Eventually.holds(
          "it has gone", () -> site.server().registry().snapshot().sessions().isEmpty());
      assertEquals("no-agent", call(caller).answer().last("x-tunnel-reason"));
    }
  }
}
