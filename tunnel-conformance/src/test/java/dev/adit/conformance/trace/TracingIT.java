package dev.adit.conformance.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import io.grpc.Metadata;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls through a server and agents that run as they are installed, to a collector. */
@Timeout(120)
final class TracingIT {
  private static final String NOWHERE = "127.0.0.1:1";

  private final TracedCalls calls = new TracedCalls();
  private @Nullable TunnelSite site;

  TracingIT() throws IOException {}

  @AfterEach
  void stop() {
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
    TunnelSite started = TunnelSite.start(plan);
    site = started;
    calls.dial(started.entryAddress());
  }

  /** With a share that draws next to nothing: what a call brings counts. */
  @Test
  void sampledCallHasATreeOfSpansFromTheEntryToTheBackend() throws Exception {
    startTraced(calls.collector().overGrpc(), "0.000001%");
    calls.call(TracedCalls.SAMPLED);
    calls.assertTree();
  }

  @Test
  void spansGoOverHttpWhereTheAddressHasAPath() throws Exception {
    startTraced(calls.collector().overHttp(), "0.000001%");
    calls.call(TracedCalls.SAMPLED);
    calls.assertTree();
  }

  @Test
  void collectorThatIsDownOrSilentHarmsNoCallAndIsToldOfOnce() throws Exception {
    String down = TracedCalls.tracing("http://" + NOWHERE, "100%");
    calls.collector().fallSilent();
    start(
        down,
        "",
        TracedCalls.agent(
            "agent-1",
            calls.backend().hostAndPort(),
            TracedCalls.tracing(calls.collector().overGrpc(), "100%")));
    TunnelSite running = Objects.requireNonNull(site);
    Eventually.holds(
        "said so",
        TracedCalls.BOUND,
        () -> {
          calls.call(new Metadata());
          return log("server").contains("takes no spans");
        });
    for (int i = 0; i < 3000; i++) {
      calls.call(new Metadata());
    }
    Eventually.holds(
        "said so",
        TracedCalls.BOUND,
        () -> log("agent-1").contains("takes no spans, calls go on without"));
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
