package dev.adit.conformance.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.demo.backend.server.BackendConfig;
import dev.adit.demo.backend.server.BackendServer;
import dev.adit.demo.backend.server.SampleSystem;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the page asks of a server with a thousand agents and ten thousand running calls. */
@Timeout(360)
final class PageUnderLoadIT {
  private static final int AGENTS = 1000;

  /** Made at once: each makes its agent connect to the one backend, within two seconds. */
  private static final int LOT = 200;

  private static final int CALLS = 10_000;
  private static final int SHOWN = 100;
  private static final int MAX_PICTURE_BYTES = 256 * 1024;
  private static final Duration ALL_RUN = Duration.ofMinutes(2);
  private static final String ACTION = "x-tunnel-action: 1";

  private record Timed(JsonObject answer, long micros, int bytes) {}

  private static Timed post(TunnelSite site, String path, String body) throws IOException {
    long begun = System.nanoTime();
    try (AdminSocket answer = AdminSocket.ask(site.admin(), "POST " + path, body, ACTION)) {
      String text = answer.body();
      long micros = (System.nanoTime() - begun) / 1000;
      return new Timed(JsonParser.parseString(text).getAsJsonObject(), micros, text.length());
    }
  }

  @Test
  void listsAreCutAndFilteredByTheServer() throws Exception {
    BackendServer backend =
        BackendServer.start(BackendConfig.onLoopback("detect-1", SampleSystem.DETECT));
    AgentPlan[] plans =
        IntStream.range(0, AGENTS)
            .mapToObj(i -> AgentPlan.of("agent-" + i, "shop", backend.address()))
            .toArray(AgentPlan[]::new);
    SitePlan plan =
        SitePlan.ofGroup("shop", plans)
            .withEntryOptions("maxStreamsPerConnection: " + 2 * CALLS)
            // Ten thousand calls at once keep a small host from its heartbeats.
            .withTunnelOptions("deadAfter: 60s")
            .withJvmOptions("-Xmx512m");
    try (backend;
        TunnelSite site = TunnelSite.startServers(plan)) {
      site.startManyAgents("agent-", "shop", backend.address());
      // The first few would be at their limit at once.
      Eventually.holds(
          "all agents are there",
          ALL_RUN,
          () -> post(site, "/agents", "{}").answer().get("connected").getAsInt() == AGENTS);
      ManagedChannel channel = ManagedChannelBuilder.forTarget(site.entry()).usePlaintext().build();
      AtomicInteger answered = new AtomicInteger();
      AtomicReference<String> ended = new AtomicReference<>();
      for (int made = LOT; made <= CALLS; made += LOT) {
        for (int i = 0; i < LOT; i++) {
          watch(channel, answered, ended);
        }
        int wanted = made;
        Eventually.holds(
            "all calls run", ALL_RUN, () -> answered.get() == wanted || ended.get() != null);
      }
      assertNull(ended.get(), () -> ended.get() + ", " + answered + " answered");

      Timed all = post(site, "/calls", "{}");
      assertEquals(CALLS, all.answer().get("running").getAsInt());
      assertEquals(CALLS, all.answer().get("looked").getAsInt());
      assertEquals(CALLS, all.answer().get("matching").getAsInt());
      assertEquals(SHOWN, all.answer().getAsJsonArray("calls").size());
      String agent =
          all.answer().getAsJsonArray("calls").get(0).getAsJsonObject().get("agent").getAsString();
      Timed some = post(site, "/calls", "{\"agent\": \"" + agent + "\"}");
      int matching = some.answer().get("matching").getAsInt();
      assertTrue(matching > 0 && matching < CALLS / 10, matching + " calls at " + agent);

      Timed agents = post(site, "/agents", "{}");
      assertEquals(AGENTS, agents.answer().get("connected").getAsInt());
      assertEquals(SHOWN, agents.answer().getAsJsonArray("agents").size());
      Timed found = post(site, "/agents", "{\"find\": \"agent-777\"}");
      assertEquals(1, found.answer().get("matching").getAsInt());

      String picture;
      try (AdminSocket feed = AdminSocket.ask(site.admin(), "GET /live", "", ACTION)) {
        feed.event("picture");
        picture = feed.event("picture");
      }
      assertTrue(picture.length() < MAX_PICTURE_BYTES, picture.length() + " B");
      assertEquals(
          AGENTS, JsonParser.parseString(picture).getAsJsonObject().get("agents").getAsInt());
      assertNull(ended.get(), "looking ends no call");
      System.out.printf(
          "PageUnderLoadIT: %d agents, %d running calls: list of calls %d us and %d B, filtered %d us; list of agents %d us and %d B; a picture %d B%n",
          AGENTS,
          CALLS,
          all.micros(),
          all.bytes(),
          some.micros(),
          agents.micros(),
          agents.bytes(),
          picture.length());
      channel.shutdownNow();
    }
  }

  private static void watch(
      ManagedChannel channel, AtomicInteger answered, AtomicReference<String> ended) {
    HealthGrpc.newStub(channel)
        .watch(
            HealthCheckRequest.getDefaultInstance(),
            new StreamObserver<HealthCheckResponse>() {
              @Override
              public void onNext(HealthCheckResponse answer) {
                answered.incrementAndGet();
              }

              @Override
              public void onError(Throwable failure) {
                ended.compareAndSet(null, "a call failed: " + failure);
              }

              @Override
              public void onCompleted() {
                ended.compareAndSet(null, "a call was completed");
              }
            });
  }
}
