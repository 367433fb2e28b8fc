package dev.adit.demo.scenes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.demo.backend.server.BackendConfig;
import dev.adit.demo.backend.server.BackendServer;
import dev.adit.demo.backend.server.SampleSystem;
import dev.adit.demo.client.CallRecord;
import dev.adit.demo.client.CallerConfig;
import dev.adit.demo.tour.Step;
import dev.adit.demo.tour.Step.RpcKind;
import dev.adit.demo.tour.Takers;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DemoStepsTest {
  @Test
  void theDemoShowsAllFourKindsOfCalls() {
    assertEquals(
        List.of(RpcKind.values()),
        DemoSteps.all().stream().map(Step::kind).distinct().sorted().toList());
  }

  /** So that what fails in the demo is the tunnel's fault. */
  @Test
  void everyCallThatReachesABackendIsRightWithoutATunnel() throws Exception {
    BackendConfig config =
        BackendConfig.onLoopback("all", SampleSystem.values())
            .withTimes(Duration.ofMillis(200), Duration.ofMillis(50));
    try (BackendServer backend = BackendServer.start(config)) {
      ManagedChannel channel = CallerConfig.plaintext(backend.address()).open();
      try {
        for (Step step : DemoSteps.all()) {
          if (!step.expected().equals(Takers.NOBODY)) {
            CallRecord call = new CallRecord();
            assertFalse(
                step.scene().play(call.on(channel), channel).answer().isEmpty(), step.method());
            assertEquals(Optional.of("all"), call.metadata("x-backend"), step.method());
            assertTrue(call.status().isPresent(), step.method());
          }
        }
      } finally {
        channel.shutdownNow();
      }
    }
  }

  /** On a slow network the stream is quiet before the other call has come through. */
  @Test
  void heartbeatsMayComeBeforeWhatTheOtherCallDoes() throws Exception {
    BackendConfig config =
        BackendConfig.onLoopback("engine", SampleSystem.ENGINE)
            .withTimes(Duration.ofMillis(1), Duration.ofMillis(50));
    try (BackendServer backend = BackendServer.start(config)) {
      ManagedChannel channel = CallerConfig.plaintext(backend.address()).open();
      try {
        EngineScenes engine = new EngineScenes();
        engine.trade(channel, channel);
        assertEquals(
            "events: subscribed, position_changed {\"symbol\":\"ACME\",\"position\":10}, heartbeat",
            engine.listen(channel, channel).answer());
      } finally {
        channel.shutdownNow();
      }
    }
  }
}
