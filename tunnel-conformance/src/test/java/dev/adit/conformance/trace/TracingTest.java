package dev.adit.conformance.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.caller.HeadBackend;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.trace.SpanLog.Seen;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of traces that callers bring, and what spans say. */
@Timeout(60)
final class TracingTest {
  private final TracedCalls calls = new TracedCalls();
  private @Nullable LocalSite site;

  TracingTest() throws IOException {}

  @AfterEach
  void stop() throws Exception {
    calls.close();
    if (site != null) {
      site.close();
    }
  }

  private void start(String serverTracing, String rule, AgentPlan... agents) throws Exception {
    start(TracedCalls.plan(serverTracing, rule, agents));
  }

  private void startTraced(String otlp, String sample) throws Exception {
    start(calls.traced(otlp, sample));
  }

  private void start(SitePlan plan) throws Exception {
    LocalSite started = LocalSite.start(plan);
    site = started;
    Eventually.holds("a tunnel on every loop", started::hasAllTunnels);
    calls.dial(started.entry());
  }

  @Test
  void callThatItsCallerDoesNotSampleIsNotTracedAndPassesAsItCame() throws Exception {
    startTraced(calls.collector().overGrpc(), "100%");
    calls.call(TracedCalls.UNSAMPLED);
    assertEquals(TracedCalls.UNSAMPLED, calls.lastHead(TracedCalls.TRACEPARENT));
    assertEquals("vendor=1,other=2", calls.lastHead(TracedCalls.TRACESTATE));
    calls.call(TracedCalls.SAMPLED);
    calls.assertTree();
  }

  /**
   * W3C Trace Context 2: who goes on with a trace keeps the flag that says that its id is random.
   */
  @Test
  void hopsBehindHearThatTheIdIsRandom() throws Exception {
    startTraced(calls.collector().overGrpc(), "100%");
    calls.call("00-" + TracedCalls.TRACE + "-" + TracedCalls.SPAN + "-ff");
    Seen hop = calls.one(TracedCalls.AGENT, TracedCalls.METHOD);
    assertEquals(
        "00-" + TracedCalls.TRACE + "-" + hop.id() + "-03",
        calls.lastHead(TracedCalls.TRACEPARENT));
  }

  @Test
  void callWithoutATraceBeginsOneAndHopsBehindKeepTheDecision() throws Exception {
    startTraced(calls.collector().overGrpc(), "100%");
    calls.call(new Metadata());
    Seen entry = calls.one(TracedCalls.SERVER, TracedCalls.METHOD);
    assertEquals("", entry.parent());
    Seen hop = calls.one(TracedCalls.AGENT, TracedCalls.METHOD);
    assertEquals(entry.trace(), hop.trace());
    assertEquals(
        "00-" + entry.trace() + "-" + hop.id() + "-01", calls.lastHead(TracedCalls.TRACEPARENT));
  }

  @Test
  void callThatIsNotDrawnIsMarkedSoThatNobodyBehindDrawsAgain() throws Exception {
    start(
        TracedCalls.tracing(calls.collector().overGrpc(), "0.000001%"),
        "",
        TracedCalls.agent(
            "agent-1",
            calls.backend().hostAndPort(),
            TracedCalls.tracing(calls.collector().overGrpc(), "100%")));
    calls.call(new Metadata());
    String made = Objects.requireNonNull(calls.lastHead(TracedCalls.TRACEPARENT));
    assertTrue(made.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00"), made);
    calls.call(new Metadata());
    assertNotEquals(made, calls.lastHead(TracedCalls.TRACEPARENT));
    calls.call(TracedCalls.SAMPLED);
    calls.assertTree();
  }

  @Test
  void brokenTraceIsBegunAnew() throws Exception {
    startTraced(calls.collector().overGrpc(), "100%");
    calls.call("00-" + TracedCalls.TRACE + "-" + TracedCalls.SPAN + "-01-more");
    assertNotEquals(TracedCalls.TRACE, calls.one(TracedCalls.SERVER, TracedCalls.METHOD).trace());
    assertNull(calls.lastHead(TracedCalls.TRACESTATE));
  }

  @Test
  void withoutTracingWhatACallBringsPassesAsItIs() throws Exception {
    start("", "", TracedCalls.agent("agent-1", calls.backend().hostAndPort(), ""));
    calls.call("garbage");
    assertEquals("garbage", calls.lastHead(TracedCalls.TRACEPARENT));
    calls.call(new Metadata());
    assertFalse(calls.backend().heads().get(1).containsKey(TracedCalls.TRACEPARENT));
  }

  @Test
  void callThatIsPlacedAgainHasASpanForEachPlacement() throws Exception {
    String tracing = TracedCalls.tracing(calls.collector().overGrpc(), "100%");
    String elsewhere = "routes:\n- {matches: [{service: other.Service}], to: carts}\n";
    start(
        tracing,
        ", balance: roundRobin",
        TracedCalls.agent("agent-1", calls.backend().hostAndPort(), elsewhere + tracing),
        TracedCalls.agent("agent-2", calls.backend().hostAndPort(), tracing));
    calls.call(new Metadata());
    calls.call(new Metadata());
    Eventually.holds(
        "one of them was placed twice",
        TracedCalls.BOUND,
        () ->
            calls.collector().spans().of(TracedCalls.SERVER, "placement").stream()
                .anyMatch(each -> each.attribute("adit.attempt").equals("2")));
    Eventually.holds(
        "both calls",
        TracedCalls.BOUND,
        () -> calls.collector().spans().of(TracedCalls.SERVER, TracedCalls.METHOD).size() == 2);
    assertPlacedAgain();
  }

  @Test
  void retryIsAnEventAndAPlacementMore() throws Exception {
    String tracing = TracedCalls.tracing(calls.collector().overGrpc(), "100%");
    start(
        tracing,
        ", retry: {retryableStatusCodes: [UNAVAILABLE], initialBackoff: 1ms}",
        TracedCalls.agent("agent-1", calls.backend().hostAndPort(), tracing));
    calls.backend().failNext(Status.UNAVAILABLE);
    calls.call(new Metadata());
    Seen entry = calls.one(TracedCalls.SERVER, TracedCalls.METHOD);
    assertEquals("retry", entry.span().getEvents(0).getName());
    assertEquals("UNAVAILABLE", placement(entry.trace(), "1").attribute("adit.reason"));
    assertEquals("0", placement(entry.trace(), "2").attribute("rpc.grpc.status_code"));
  }

  @Test
  void failureOfOursHasItsReason() throws Exception {
    String tracing = TracedCalls.tracing(calls.collector().overGrpc(), "100%");
    start(
        tracing,
        ", hosts: nowhere.example",
        TracedCalls.agent("agent-1", calls.backend().hostAndPort(), tracing));
    assertThrows(StatusRuntimeException.class, () -> calls.call(new Metadata()));
    Seen entry = calls.one(TracedCalls.SERVER, TracedCalls.METHOD);
    assertEquals("no-rule", entry.attribute("adit.reason"));
    assertEquals("12", entry.attribute("rpc.grpc.status_code"));
    assertEquals(StatusCode.STATUS_CODE_ERROR, entry.span().getStatus().getCode());
  }

  @Test
  void spansOfACallThatNobodyAnswersEndWithItsTime() throws Exception {
    String tracing = TracedCalls.tracing(calls.collector().overGrpc(), "100%");
    try (RawBackend deaf = RawBackend.start(RawStream::nextHead)) {
      start(tracing, "", TracedCalls.agent("agent-1", deaf.hostAndPort(), tracing));
      assertThrows(
          StatusRuntimeException.class,
          () ->
              ClientCalls.blockingUnaryCall(
                  calls.channel(),
                  HeadBackend.METHOD,
                  CallOptions.DEFAULT.withDeadlineAfter(Duration.ofMillis(300)),
                  new byte[0]));
      Seen hop = calls.one(TracedCalls.AGENT, TracedCalls.METHOD);
      Seen placement = calls.one(TracedCalls.SERVER, "placement");
      assertEquals(calls.one(TracedCalls.SERVER, TracedCalls.METHOD).id(), placement.parent());
      assertEquals(placement.id(), hop.parent());
      assertToldAsAFault(hop);
      assertToldAsAFault(placement);
    }
  }

  /** Whether the server or the caller is first to end it: the one is a fault, the other is none. */
  private static void assertToldAsAFault(Seen seen) {
    String reason = seen.attribute("adit.reason");
    assertNotEquals("absent", reason);
    assertEquals(
        reason.equals("cancelled") ? StatusCode.STATUS_CODE_UNSET : StatusCode.STATUS_CODE_ERROR,
        seen.span().getStatus().getCode(),
        reason);
  }

  private void assertPlacedAgain() {
    Seen second =
        calls.collector().spans().of(TracedCalls.SERVER, "placement").stream()
            .filter(each -> each.attribute("adit.attempt").equals("2"))
            .findFirst()
            .orElseThrow();
    Seen first = placement(second.trace(), "1");
    assertEquals("agent-1", first.attribute("adit.agent"));
    assertEquals("no-upstream", first.attribute("adit.reason"));
    assertEquals(StatusCode.STATUS_CODE_ERROR, first.span().getStatus().getCode());
    assertEquals("agent-2", second.attribute("adit.agent"));
    Seen entry =
        calls.collector().spans().of(TracedCalls.SERVER, TracedCalls.METHOD).stream()
            .filter(each -> each.id().equals(second.parent()))
            .findFirst()
            .orElseThrow();
    assertEquals(entry.id(), first.parent());
    assertEquals("agent-2", entry.attribute("adit.agent"));
    assertEquals("0", entry.attribute("rpc.grpc.status_code"));
    assertEquals(1, entry.span().getEventsCount(), entry::toString);
    assertEquals("placed again", entry.span().getEvents(0).getName());
    assertEquals(
        "no-upstream",
        SpanLog.map(entry.span().getEvents(0).getAttributesList()).get("adit.reason"));
  }

  private Seen placement(String trace, String attempt) {
    return calls.collector().spans().of(TracedCalls.SERVER, "placement").stream()
        .filter(
            each -> each.trace().equals(trace) && each.attribute("adit.attempt").equals(attempt))
        .findFirst()
        .orElseThrow();
  }
}
