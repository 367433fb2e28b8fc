package dev.adit.demo.backend.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import dev.adit.demo.client.CallRecord;
import dev.adit.demo.client.CallerConfig;
import dev.adit.demo.client.EngineClient;
import dev.adit.demo.client.EventStream;
import dev.adit.demo.client.RetryPolicy;
import dev.adit.demo.proto.engine.ActionResponse;
import dev.adit.demo.proto.engine.EventMessage;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EngineSystemTest {
  private static final Duration QUIET = Duration.ofMillis(300);
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final int MAX_BYTES = 50 * 1024 * 1024;

  private BackendFixture backend;
  private EngineClient engine;

  @BeforeEach
  void start() throws IOException {
    backend =
        BackendFixture.start(
            BackendConfig.onLoopback("engine-1", SampleSystem.ENGINE)
                .withTimes(QUIET, Duration.ofSeconds(1)));
    engine = new EngineClient(backend.channel());
  }

  @AfterEach
  void stop() {
    backend.close();
  }

  @Test
  void echoReturnsArgumentsAndTheRequestId() {
    ActionResponse response =
        engine.execute(
            EngineClient.request("p", "echo")
                .setRequestId("id-7")
                .setArgsJson("[1,\"two\"]")
                .setKwargsJson("{\"three\":3}")
                .build(),
            SOON);

    assertTrue(response.getSuccess(), response.getError());
    assertEquals("id-7", response.getRequestId());
    assertEquals(
        JsonParser.parseString("{\"args\":[1,\"two\"],\"kwargs\":{\"three\":3}}"),
        JsonParser.parseString(response.getResultJson()));
  }

  @Test
  void positionsAreTheSumOfTheTrades() {
    engine.execute("p", "buy", "{\"symbol\":\"ACME\",\"quantity\":10}");
    engine.execute("p", "sell", "{\"symbol\":\"ACME\",\"quantity\":3}");
    engine.execute("other", "buy", "{\"symbol\":\"ACME\",\"quantity\":100}");

    assertEquals("{\"ACME\":7}", engine.execute("p", "positions", "").getResultJson());
  }

  @Test
  void whatTheEngineWillNotDoIsAnAnswerAndNotAFailure() {
    ActionResponse unknown = engine.execute("p", "fly", "");
    ActionResponse badType = engine.execute("p", "sleep", "{\"ms\":\"long\"}");
    ActionResponse notJson = engine.execute("p", "sleep", "{");

    assertFalse(unknown.getSuccess());
    assertTrue(unknown.getError().contains("unknown action \"fly\""), unknown.getError());
    assertTrue(badType.getError().contains("kwargs_json.ms"), badType.getError());
    assertTrue(notJson.getError().contains("kwargs_json: not JSON"), notJson.getError());
  }

  @ParameterizedTest
  @EnumSource(names = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"})
  void failEndsWithTheStatusAskedFor(Status.Code code) {
    StatusRuntimeException failure =
        assertThrows(StatusRuntimeException.class, () -> engine.fail("p", code, "no luck"));

    assertEquals(code, failure.getStatus().getCode());
    assertEquals("no luck", failure.getStatus().getDescription());
  }

  @Test
  void theFifthAttemptOfARetryPolicySucceeds() {
    ManagedChannel channel =
        CallerConfig.plaintext(backend.server().address())
            .withRetry(new RetryPolicy(5, Duration.ofMillis(1), Duration.ofMillis(5), 2))
            .open();
    try {
      ActionResponse response = new EngineClient(channel).failAtFirst("p", 4);

      assertEquals("{\"attempts\":5}", response.getResultJson());
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void withoutARetryPolicyTheFirstFailureIsFinal() {
    StatusRuntimeException failure =
        assertThrows(StatusRuntimeException.class, () -> engine.failAtFirst("p", 1));

    assertEquals(Status.Code.UNAVAILABLE, failure.getStatus().getCode());
  }

  @Test
  void sleepIsCutByTheCallersDeadline() {
    StatusRuntimeException failure =
        assertThrows(
            StatusRuntimeException.class,
            () -> engine.sleep("p", Duration.ofMinutes(1), Duration.ofMillis(200)));

    assertEquals(Status.Code.DEADLINE_EXCEEDED, failure.getStatus().getCode());
    assertTrue(engine.sleep("p", Duration.ofMillis(20), SOON).getSuccess());
  }

  @Test
  void theEngineSeesThatACallerGaveUp() throws Exception {
    try (EventStream events = engine.listen("p")) {
      assertEquals("subscribed", next(events).getEventType());
      assertThrows(
          StatusRuntimeException.class,
          () -> engine.sleep("p", Duration.ofMinutes(1), Duration.ofMillis(50)));

      assertEquals("sleep_began", next(events).getEventType());
      assertEquals("sleep_cancelled", next(events).getEventType());
    }
  }

  @Test
  void fiftyMebibytesPassBothWays() {
    String result = engine.largeResult("p", MAX_BYTES).getResultJson();
    assertEquals(MAX_BYTES, result.length());
    for (int i = 1; i < MAX_BYTES - 1; i++) {
      if (result.charAt(i) != 'a' + i % 26) {
        assertEquals((char) ('a' + i % 26), result.charAt(i), "at " + i);
      }
    }

    String text = "x".repeat(MAX_BYTES);
    assertEquals(
        "{\"args\":[\"" + text + "\"],\"kwargs\":{}}", engine.echo("p", text).getResultJson());
  }

  @Test
  void listenersSeeTheEventsOfTheirProjectInOrder() throws Exception {
    try (EventStream events = engine.listen("p")) {
      assertEquals("subscribed", next(events).getEventType());

      engine.execute("other", "publish", "{\"event_type\":\"not-ours\"}");
      engine.execute("p", "publish", "{\"event_type\":\"news\",\"text\":\"hello\"}");
      engine.execute("p", "buy", "{\"symbol\":\"ACME\",\"quantity\":2}");

      EventMessage news = next(events);
      assertEquals("news", news.getEventType());
      assertEquals("{\"text\":\"hello\"}", news.getDataJson());
      assertEquals("engine-1", news.getSource());
      assertEquals("{\"symbol\":\"ACME\",\"position\":2}", next(events).getDataJson());
    }
  }

  @Test
  void aQuietStreamGetsHeartbeatsAndNothingElse() throws Exception {
    try (EventStream events = engine.listen("p")) {
      assertEquals("subscribed", next(events).getEventType());
      long start = System.nanoTime();
      assertEquals("heartbeat", next(events).getEventType());
      Duration quiet = Duration.ofNanos(System.nanoTime() - start);
      assertEquals("heartbeat", next(events).getEventType());

      // The clock of the first read starts a little after the one of the engine.
      assertTrue(quiet.compareTo(QUIET.dividedBy(2)) > 0, "heartbeat after " + quiet);
    }
  }

  @Test
  void stoppingEndsEventStreamsUnavailable() throws Exception {
    try (EventStream events = engine.listen("p")) {
      assertEquals("subscribed", next(events).getEventType());

      backend.server().stop(SOON);

      StatusException end = assertThrows(StatusException.class, () -> events.next(SOON));
      assertEquals(Status.Code.UNAVAILABLE, end.getStatus().getCode());
    }
  }

  @Test
  void aClosedStreamHasEndedCancelled() throws Exception {
    CallRecord call = new CallRecord();
    try (EventStream events = new EngineClient(call.on(backend.channel())).listen("p")) {
      assertEquals("subscribed", next(events).getEventType());
      assertEquals(Optional.empty(), call.status());
    }

    assertEquals(Optional.of(Status.Code.CANCELLED), call.status().map(Status::getCode));
  }

  @Test
  void healthIsServing() {
    assertEquals(ServingStatus.SERVING, engine.health());
  }

  @Test
  void anEmptyProjectIsRefused() {
    StatusRuntimeException failure =
        assertThrows(StatusRuntimeException.class, () -> engine.execute("", "echo", ""));

    assertEquals(Status.Code.INVALID_ARGUMENT, failure.getStatus().getCode());
  }

  private static EventMessage next(EventStream events) throws Exception {
    EventMessage event = events.next(SOON);
    assertNotNull(event, "the stream has ended");
    return event;
  }
}
