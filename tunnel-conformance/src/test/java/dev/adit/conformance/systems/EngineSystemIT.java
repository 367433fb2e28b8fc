package dev.adit.conformance.systems;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.site.SitePlan;
import dev.adit.demo.backend.server.BackendConfig;
import dev.adit.demo.backend.server.BackendServer;
import dev.adit.demo.backend.server.SampleSystem;
import dev.adit.demo.client.CallRecord;
import dev.adit.demo.client.EngineClient;
import dev.adit.demo.client.EventStream;
import dev.adit.demo.client.RetryPolicy;
import dev.adit.demo.proto.engine.ActionResponse;
import dev.adit.demo.proto.engine.EventMessage;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The trading engine (S2). */
final class EngineSystemIT {
  /** Longer than a silent tunnel lives, so that a stream is quieter than what must not be. */
  private static final Duration QUIET = Duration.ofSeconds(5);

  private static final Duration SOON = Duration.ofSeconds(15);
  private static final int MAX_BYTES = 50 * 1024 * 1024;
  private static final BackendConfig CONFIG =
      BackendConfig.onLoopback("engine-1", SampleSystem.ENGINE)
          .withTimes(QUIET, Duration.ofSeconds(1));

  private static BackendServer backend;
  private static SystemSite site;
  private static ManagedChannel channel;
  private static EngineClient engine;

  @BeforeAll
  static void start() throws Exception {
    backend = BackendServer.start(CONFIG);
    site = SystemSite.start(SitePlan.of(backend.address()));
    channel = site.channel("engine.example.com");
    engine = new EngineClient(channel);
  }

  @AfterAll
  static void stop() {
    site.close();
    backend.close();
  }

  @Test
  void aStreamWithNothingButHeartbeatsIsNotCut() throws Exception {
    try (EventStream events = engine.listen("quiet")) {
      assertEquals("subscribed", next(events).getEventType());
      assertEquals("heartbeat", next(events).getEventType());
      engine.execute("quiet", "buy", "{\"symbol\":\"ACME\",\"quantity\":2}");
      assertEquals("position_changed", next(events).getEventType());
    }
  }

  @Test
  void fiftyMebibytesPassBothWays() throws Exception {
    String result = engine.largeResult("large", MAX_BYTES).getResultJson();
    assertEquals(MAX_BYTES, result.length());
    for (int i = 1; i < MAX_BYTES - 1; i++) {
      if (result.charAt(i) != 'a' + i % 26) {
        assertEquals((char) ('a' + i % 26), result.charAt(i), "at " + i);
      }
    }

    String text = result.substring(1, MAX_BYTES - 1);
    String echoed = engine.echo("large", text).getResultJson();
    // Not assertEquals: it would print both.
    assertTrue(echoed.equals("{\"args\":[\"" + text + "\"],\"kwargs\":{}}"), "echo differs");
    site.tunnel().checkAlive();
  }

  @Test
  void theClientsRetryPolicyRecoversWhenTheEngineRestarts() throws Exception {
    AttemptCount attempts = new AttemptCount();
    Channel retrying =
        attempts.on(
            site.channel("engine.example.com", caller -> caller.withRetry(RetryPolicy.ENGINE)));
    EngineClient patient = new EngineClient(retrying);
    assertTrue(patient.echo("restart", "before").getSuccess());

    int port = backend.port();
    backend.close();
    CompletableFuture<ActionResponse> call =
        CompletableFuture.supplyAsync(() -> patient.echo("restart", "after"));
    Eventually.holds("an attempt fails", () -> attempts.unavailable() > 0 || call.isDone());
    backend = BackendServer.start(CONFIG.withPort(port));

    ActionResponse response = call.get(SOON.toSeconds(), TimeUnit.SECONDS);
    assertEquals("{\"args\":[\"after\"],\"kwargs\":{}}", response.getResultJson());
    assertTrue(attempts.unavailable() > 0, "no attempt failed");
  }

  @Test
  void theFifthAttemptOfTheClientsRetryPolicySucceeds() {
    Channel retrying =
        site.channel("engine.example.com", caller -> caller.withRetry(RetryPolicy.ENGINE));

    ActionResponse response = new EngineClient(retrying).failAtFirst("retry", 4);

    assertEquals("{\"attempts\":5}", response.getResultJson());
  }

  @Test
  void healthOfTheEngineIsVisible() {
    assertEquals(ServingStatus.SERVING, engine.health());
  }

  @Test
  void aDeadlineEndsTheCallAtBothEnds() throws Exception {
    try (EventStream events = engine.listen("deadline")) {
      assertEquals("subscribed", next(events).getEventType());
      StatusRuntimeException failure =
          assertThrows(
              StatusRuntimeException.class,
              () -> engine.sleep("deadline", Duration.ofMinutes(1), Duration.ofMillis(500)));

      assertEquals(Status.Code.DEADLINE_EXCEEDED, failure.getStatus().getCode());
      assertEquals("sleep_began", next(events).getEventType());
      assertEquals("sleep_cancelled", next(events).getEventType());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"})
  void failuresOfTheEngineArriveUnchanged(Status.Code code) {
    CallRecord call = new CallRecord();
    EngineClient recorded = new EngineClient(call.on(channel));

    StatusRuntimeException failure =
        assertThrows(StatusRuntimeException.class, () -> recorded.fail("p", code, "no luck"));

    assertEquals(code, failure.getStatus().getCode());
    assertEquals("no luck", failure.getStatus().getDescription());
    assertEquals(Optional.of("engine-1"), call.metadata("x-backend"));
    assertEquals(Optional.empty(), call.metadata("x-tunnel-reason"));
  }

  private static EventMessage next(EventStream events) throws Exception {
    EventMessage event = events.next(SOON);
    assertNotNull(event, "the stream has ended");
    return event;
  }
}
