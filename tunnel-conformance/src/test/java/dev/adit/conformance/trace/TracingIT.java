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
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.conformance.trace.SpanLog.Seen;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls through a server and agents that run as they are installed, to a collector. */
@Timeout(120)
final class TracingIT {
  private static final String METHOD = "shop.Cart/Get";
  private static final String SERVER = "tunnel-server";
  private static final String AGENT = "tunnel-agent";
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";
  private static final String SAMPLED = "00-" + TRACE + "-" + SPAN + "-01";
  private static final String UNSAMPLED = "00-" + TRACE + "-" + SPAN + "-00";
  private static final String NOWHERE = "127.0.0.1:1";
  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final Metadata.Key<String> TRACEPARENT = key("traceparent");
  private static final Metadata.Key<String> TRACESTATE = key("tracestate");

  private final Collector collector = new Collector();
  private final HeadBackend backend = new HeadBackend();
  private @Nullable TunnelSite site;
  private @Nullable ManagedChannel channel;

  TracingIT() throws IOException {}

  @AfterEach
  void stop() {
    if (channel != null) {
      channel.shutdownNow();
    }
    if (site != null) {
      site.close();
    }
    backend.close();
    collector.close();
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static String tracing(String otlp, String sample) {
    return "tracing: {otlp: \"" + otlp + "\", sample: " + sample + "}\n";
  }

  private static AgentPlan agent(String id, String address, String tracing) {
    return new AgentPlan(
        id,
        List.of("shop"),
        "upstreams:\n- {name: carts, backends: [\"" + address + "\"]}\n" + tracing);
  }

  private void start(String serverTracing, String rule, AgentPlan... agents) throws Exception {
    site =
        TunnelSite.start(
            SitePlan.of("version: 1\nrules:\n- {name: all, to: shop" + rule + "}\n", agents)
                .withServerSections(serverTracing));
    channel =
        NettyChannelBuilder.forAddress(site.entryAddress()).disableRetry().usePlaintext().build();
  }

  private void startTraced(String otlp, String sample) throws Exception {
    start(
        tracing(otlp, sample), "", agent("agent-1", backend.hostAndPort(), tracing(otlp, sample)));
  }

  private void call(Metadata head) {
    ClientCalls.blockingUnaryCall(
        ClientInterceptors.intercept(
            Objects.requireNonNull(channel), MetadataUtils.newAttachHeadersInterceptor(head)),
        HeadBackend.METHOD,
        CallOptions.DEFAULT,
        new byte[0]);
  }

  private void call(String traceparent) {
    Metadata head = new Metadata();
    head.put(TRACEPARENT, traceparent);
    head.put(TRACESTATE, "vendor=1,other=2");
    call(head);
  }

  private @Nullable String lastHead(Metadata.Key<String> name) {
    List<Metadata> heads = backend.heads();
    return heads.get(heads.size() - 1).get(name);
  }

  private Seen one(String service, String name) {
    Eventually.holds(
        name + " of " + service, BOUND, () -> !collector.spans().of(service, name).isEmpty());
    List<Seen> found = collector.spans().of(service, name);
    assertEquals(1, found.size(), found::toString);
    return found.get(0);
  }

  private void assertTree() {
    Seen entry = one(SERVER, METHOD);
    Seen placement = one(SERVER, "placement");
    Seen hop = one(AGENT, METHOD);
    assertEquals(TRACE, entry.trace());
    assertEquals(TRACE, placement.trace());
    assertEquals(TRACE, hop.trace());
    assertEquals(SPAN, entry.parent());
    assertEquals(entry.id(), placement.parent());
    assertEquals(placement.id(), hop.parent());
    assertEquals("00-" + TRACE + "-" + hop.id() + "-01", lastHead(TRACEPARENT));
    assertEquals("vendor=1,other=2", lastHead(TRACESTATE));
    assertEquals(SpanKind.SPAN_KIND_SERVER, entry.span().getKind());
    assertEquals(SpanKind.SPAN_KIND_CLIENT, hop.span().getKind());
    assertTrue(
        entry.span().getStartTimeUnixNano() <= placement.span().getStartTimeUnixNano()
            && placement.span().getEndTimeUnixNano() <= entry.span().getEndTimeUnixNano());
    assertAttributes(entry, placement, hop);
  }

  private void assertAttributes(Seen entry, Seen placement, Seen hop) {
    assertEquals("all", entry.attribute("adit.rule"));
    assertEquals("shop", entry.attribute("adit.group"));
    assertEquals("agent-1", entry.attribute("adit.agent"));
    assertEquals("grpc", entry.attribute("rpc.system"));
    assertEquals("shop.Cart", entry.attribute("rpc.service"));
    assertEquals("Get", entry.attribute("rpc.method"));
    assertEquals("0", entry.attribute("rpc.grpc.status_code"));
    assertEquals("absent", entry.attribute("adit.reason"));
    assertEquals(
        lastHead(key("x-request-id")), entry.attribute("adit.request_id"), entry::toString);
    assertEquals("agent-1", placement.attribute("adit.agent"));
    assertEquals("1", placement.attribute("adit.attempt"));
    for (Seen each : List.of(placement, hop)) {
      assertEquals("carts", each.attribute("adit.upstream"), each::toString);
      assertEquals(backend.hostAndPort(), each.attribute("adit.backend"));
      assertEquals("0", each.attribute("rpc.grpc.status_code"));
    }
    assertEquals("all", hop.attribute("adit.rule"));
    assertEquals("shop", hop.attribute("adit.group"));
  }

  /** With a share that draws next to nothing: what a call brings counts. */
  @Test
  void sampledCallHasATreeOfSpansFromTheEntryToTheBackend() throws Exception {
    startTraced(collector.overGrpc(), "0.000001%");
    call(SAMPLED);
    assertTree();
  }

  @Test
  void spansGoOverHttpWhereTheAddressHasAPath() throws Exception {
    startTraced(collector.overHttp(), "0.000001%");
    call(SAMPLED);
    assertTree();
  }

  @Test
  void callThatItsCallerDoesNotSampleIsNotTracedAndPassesAsItCame() throws Exception {
    startTraced(collector.overGrpc(), "100%");
    call(UNSAMPLED);
    assertEquals(UNSAMPLED, lastHead(TRACEPARENT));
    assertEquals("vendor=1,other=2", lastHead(TRACESTATE));
    call(SAMPLED);
    assertTree();
  }

  @Test
  void callWithoutATraceBeginsOneAndHopsBehindKeepTheDecision() throws Exception {
    startTraced(collector.overGrpc(), "100%");
    call(new Metadata());
    Seen entry = one(SERVER, METHOD);
    assertEquals("", entry.parent());
    Seen hop = one(AGENT, METHOD);
    assertEquals(entry.trace(), hop.trace());
    assertEquals("00-" + entry.trace() + "-" + hop.id() + "-01", lastHead(TRACEPARENT));
  }

  @Test
  void callThatIsNotDrawnIsMarkedSoThatNobodyBehindDrawsAgain() throws Exception {
    start(
        tracing(collector.overGrpc(), "0.000001%"),
        "",
        agent("agent-1", backend.hostAndPort(), tracing(collector.overGrpc(), "100%")));
    call(new Metadata());
    String made = Objects.requireNonNull(lastHead(TRACEPARENT));
    assertTrue(made.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00"), made);
    call(new Metadata());
    assertNotEquals(made, lastHead(TRACEPARENT));
    call(SAMPLED);
    assertTree();
  }

  @Test
  void brokenTraceIsBegunAnew() throws Exception {
    startTraced(collector.overGrpc(), "100%");
    call("00-" + TRACE + "-" + SPAN + "-01-more");
    assertNotEquals(TRACE, one(SERVER, METHOD).trace());
    assertNull(lastHead(TRACESTATE));
  }

  @Test
  void withoutTracingWhatACallBringsPassesAsItIs() throws Exception {
    start("", "", agent("agent-1", backend.hostAndPort(), ""));
    call("garbage");
    assertEquals("garbage", lastHead(TRACEPARENT));
    call(new Metadata());
    assertFalse(backend.heads().get(1).containsKey(TRACEPARENT));
  }

  @Test
  void callThatIsPlacedAgainHasASpanForEachPlacement() throws Exception {
    String tracing = tracing(collector.overGrpc(), "100%");
    String elsewhere = "routes:\n- {matches: [{service: other.Service}], to: carts}\n";
    start(
        tracing,
        ", balance: roundRobin",
        agent("agent-1", backend.hostAndPort(), elsewhere + tracing),
        agent("agent-2", backend.hostAndPort(), tracing));
    call(new Metadata());
    call(new Metadata());
    Eventually.holds(
        "one of them was placed twice",
        BOUND,
        () ->
            collector.spans().of(SERVER, "placement").stream()
                .anyMatch(each -> each.attribute("adit.attempt").equals("2")));
    Eventually.holds("both calls", BOUND, () -> collector.spans().of(SERVER, METHOD).size() == 2);
    assertPlacedAgain();
  }

  private void assertPlacedAgain() {
    Seen second =
        collector.spans().of(SERVER, "placement").stream()
            .filter(each -> each.attribute("adit.attempt").equals("2"))
            .findFirst()
            .orElseThrow();
    Seen first = placement(second.trace(), "1");
    assertEquals("agent-1", first.attribute("adit.agent"));
    assertEquals("no-upstream", first.attribute("adit.reason"));
    assertEquals(StatusCode.STATUS_CODE_ERROR, first.span().getStatus().getCode());
    assertEquals("agent-2", second.attribute("adit.agent"));
    Seen entry =
        collector.spans().of(SERVER, METHOD).stream()
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
    return collector.spans().of(SERVER, "placement").stream()
        .filter(
            each -> each.trace().equals(trace) && each.attribute("adit.attempt").equals(attempt))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void retryIsAnEventAndAPlacementMore() throws Exception {
    String tracing = tracing(collector.overGrpc(), "100%");
    start(
        tracing,
        ", retry: {retryableStatusCodes: [UNAVAILABLE], initialBackoff: 1ms}",
        agent("agent-1", backend.hostAndPort(), tracing));
    backend.failNext(Status.UNAVAILABLE);
    call(new Metadata());
    Seen entry = one(SERVER, METHOD);
    assertEquals("retry", entry.span().getEvents(0).getName());
    assertEquals("UNAVAILABLE", placement(entry.trace(), "1").attribute("adit.reason"));
    assertEquals("0", placement(entry.trace(), "2").attribute("rpc.grpc.status_code"));
  }

  @Test
  void failureOfOursHasItsReason() throws Exception {
    String tracing = tracing(collector.overGrpc(), "100%");
    start(tracing, ", hosts: nowhere.example", agent("agent-1", backend.hostAndPort(), tracing));
    assertThrows(StatusRuntimeException.class, () -> call(new Metadata()));
    Seen entry = one(SERVER, METHOD);
    assertEquals("no-rule", entry.attribute("adit.reason"));
    assertEquals("12", entry.attribute("rpc.grpc.status_code"));
    assertEquals(StatusCode.STATUS_CODE_ERROR, entry.span().getStatus().getCode());
  }

  @Test
  void spansOfACallThatNobodyAnswersEndWithItsTime() throws Exception {
    String tracing = tracing(collector.overGrpc(), "100%");
    try (RawBackend deaf = RawBackend.start(RawStream::nextHead)) {
      start(tracing, "", agent("agent-1", deaf.hostAndPort(), tracing));
      assertThrows(
          StatusRuntimeException.class,
          () ->
              ClientCalls.blockingUnaryCall(
                  Objects.requireNonNull(channel),
                  HeadBackend.METHOD,
                  CallOptions.DEFAULT.withDeadlineAfter(Duration.ofMillis(300)),
                  new byte[0]));
      Seen hop = one(AGENT, METHOD);
      Seen placement = one(SERVER, "placement");
      assertEquals(one(SERVER, METHOD).id(), placement.parent());
      assertEquals(placement.id(), hop.parent());
      assertNotEquals("absent", hop.attribute("adit.reason"));
      assertNotEquals("absent", placement.attribute("adit.reason"));
    }
  }

  @Test
  void collectorThatIsDownOrSilentHarmsNoCallAndIsToldOfOnce() throws Exception {
    String down = tracing("http://" + NOWHERE, "100%");
    collector.fallSilent();
    start(down, "", agent("agent-1", backend.hostAndPort(), tracing(collector.overGrpc(), "100%")));
    TunnelSite running = Objects.requireNonNull(site);
    Eventually.holds(
        "said so",
        BOUND,
        () -> {
          call(new Metadata());
          return log("server").contains("takes no spans");
        });
    for (int i = 0; i < 3000; i++) {
      call(new Metadata());
    }
    Eventually.holds(
        "said so", BOUND, () -> log("agent-1").contains("takes no spans, calls go on without"));
    assertEquals(1, log("server").split("takes no spans", -1).length - 1, () -> logOf("server"));
    assertEquals(0, running.terminate("agent-1"));
    assertEquals(0, running.terminate("server"));
  }

  private String log(String process) throws IOException {
    return Files.readString(Objects.requireNonNull(site).process(process).log());
  }

  private String logOf(String process) {
    return String.join("\n", Objects.requireNonNull(site).process(process).logTail());
  }
}
