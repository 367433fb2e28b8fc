package dev.adit.conformance.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.caller.HeadBackend;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.trace.SpanLog.Seen;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Calls to one backend, and the spans that a collector gets of them. One thread; closes what it has
 * made.
 */
final class TracedCalls implements AutoCloseable {
  static final String METHOD = "shop.Cart/Get";
  static final String SERVER = "tunnel-server";
  static final String AGENT = "tunnel-agent";
  static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  static final String SPAN = "00f067aa0ba902b7";
  static final String SAMPLED = "00-" + TRACE + "-" + SPAN + "-01";
  static final String UNSAMPLED = "00-" + TRACE + "-" + SPAN + "-00";
  static final Duration BOUND = Duration.ofSeconds(20);
  static final Metadata.Key<String> TRACEPARENT = key("traceparent");
  static final Metadata.Key<String> TRACESTATE = key("tracestate");

  private final Collector collector = new Collector();
  private final HeadBackend backend = new HeadBackend();
  private @Nullable ManagedChannel channel;

  TracedCalls() throws IOException {}

  @Override
  public void close() {
    if (channel != null) {
      channel.shutdownNow();
    }
    backend.close();
    collector.close();
  }

  Collector collector() {
    return collector;
  }

  HeadBackend backend() {
    return backend;
  }

  ManagedChannel channel() {
    return Objects.requireNonNull(channel);
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  static String tracing(String otlp, String sample) {
    return "tracing: {otlp: \"" + otlp + "\", sample: " + sample + "}\n";
  }

  static AgentPlan agent(String id, String address, String tracing) {
    return new AgentPlan(
        id,
        List.of("shop"),
        "upstreams:\n- {name: carts, backends: [\"" + address + "\"]}\n" + tracing);
  }

  /** A server with one rule that has more than its target. */
  static SitePlan plan(String serverTracing, String rule, AgentPlan... agents) {
    return SitePlan.of("version: 1\nrules:\n- {name: all, to: shop" + rule + "}\n", agents)
        .withServerSections(serverTracing);
  }

  /** One agent, traced as its server is. */
  SitePlan traced(String otlp, String sample) {
    String tracing = tracing(otlp, sample);
    return plan(tracing, "", agent("agent-1", backend.hostAndPort(), tracing));
  }

  void dial(InetSocketAddress entry) {
    channel = NettyChannelBuilder.forAddress(entry).disableRetry().usePlaintext().build();
  }

  void call(Metadata head) {
    ClientCalls.blockingUnaryCall(
        ClientInterceptors.intercept(channel(), MetadataUtils.newAttachHeadersInterceptor(head)),
        HeadBackend.METHOD,
        CallOptions.DEFAULT,
        new byte[0]);
  }

  void call(String traceparent) {
    Metadata head = new Metadata();
    head.put(TRACEPARENT, traceparent);
    head.put(TRACESTATE, "vendor=1,other=2");
    call(head);
  }

  /** What the backend was sent last. */
  @Nullable String lastHead(Metadata.Key<String> name) {
    List<Metadata> heads = backend.heads();
    return heads.get(heads.size() - 1).get(name);
  }

  /** The only span of that name, once it has come. */
  Seen one(String service, String name) {
    Eventually.holds(
        name + " of " + service, BOUND, () -> !collector.spans().of(service, name).isEmpty());
    List<Seen> found = collector.spans().of(service, name);
    assertEquals(1, found.size(), found::toString);
    return found.get(0);
  }

  /** A sampled call has one trace from its caller to its backend. */
  void assertTree() {
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
}
