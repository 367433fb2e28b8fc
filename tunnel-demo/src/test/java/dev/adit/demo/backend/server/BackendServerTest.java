package dev.adit.demo.backend.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.demo.client.CallRecord;
import dev.adit.demo.client.DetectClient;
import dev.adit.demo.client.EngineClient;
import dev.adit.demo.client.EventStream;
import dev.adit.demo.client.PlatformClient;
import dev.adit.demo.proto.engine.ActionResponse;
import dev.adit.demo.proto.engine.EventMessage;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackendServerTest {
  private static final Duration GRACE = Duration.ofSeconds(5);

  @Test
  void everyAnswerNamesItsBackend() throws Exception {
    BackendConfig config =
        BackendConfig.onLoopback("shop-2", SampleSystem.USER, SampleSystem.DETECT);
    try (BackendFixture backend = BackendFixture.start(config)) {
      CallRecord answered = new CallRecord();
      new DetectClient(answered.on(backend.channel())).detect("hello");
      CallRecord failed = new CallRecord();
      assertThrows(
          StatusRuntimeException.class,
          () -> new PlatformClient(failed.on(backend.channel())).getUser("nobody"));

      assertEquals(Optional.of("shop-2"), answered.metadata("x-backend"));
      assertEquals(Optional.of(Status.Code.OK), answered.status().map(Status::getCode));
      assertEquals(Optional.of("shop-2"), failed.metadata("x-backend"));
      assertEquals(Optional.of(Status.Code.NOT_FOUND), failed.status().map(Status::getCode));
    }
  }

  @Test
  void onlyTheSystemsAskedForAreServed() throws Exception {
    try (BackendFixture backend =
        BackendFixture.start(BackendConfig.onLoopback("d", SampleSystem.DETECT))) {
      StatusRuntimeException failure =
          assertThrows(
              StatusRuntimeException.class,
              () -> new PlatformClient(backend.channel()).getUser("user-1"));

      assertEquals(Status.Code.UNIMPLEMENTED, failure.getStatus().getCode());
    }
  }

  @Test
  void aTokenIsDemandedOfEveryCallerButHealthChecks() throws Exception {
    BackendConfig config =
        BackendConfig.onLoopback("b", SampleSystem.USER, SampleSystem.ENGINE).withToken("s3cret");
    try (BackendFixture backend = BackendFixture.start(config)) {
      PlatformClient platform = new PlatformClient(backend.channel());

      assertEquals("Ada", platform.withToken("s3cret").createUser("Ada", "a@b").getName());
      assertEquals(
          Status.Code.UNAUTHENTICATED,
          assertThrows(StatusRuntimeException.class, () -> platform.getUser("user-1"))
              .getStatus()
              .getCode());
      assertEquals(
          Status.Code.UNAUTHENTICATED,
          assertThrows(
                  StatusRuntimeException.class,
                  () -> platform.withToken("s3creT").getUser("user-1"))
              .getStatus()
              .getCode());
      new EngineClient(backend.channel()).health();
    }
  }

  @Test
  void stoppingLetsARunningCallFinish() throws Exception {
    try (BackendFixture backend = newEngine()) {
      EngineClient engine = new EngineClient(backend.channel());
      CompletableFuture<ActionResponse> sleeping =
          sleepThatHasBegun(engine, Duration.ofMillis(800));

      backend.server().stop(GRACE);

      assertTrue(sleeping.get(5, TimeUnit.SECONDS).getSuccess());
    }
  }

  @Test
  void stoppingDoesNotWaitLongerThanItsGrace() throws Exception {
    try (BackendFixture backend = newEngine()) {
      EngineClient engine = new EngineClient(backend.channel());
      CompletableFuture<ActionResponse> sleeping = sleepThatHasBegun(engine, Duration.ofMinutes(1));

      long start = System.nanoTime();
      backend.server().stop(Duration.ofMillis(200));
      Duration took = Duration.ofNanos(System.nanoTime() - start);

      assertTrue(took.compareTo(Duration.ofSeconds(3)) < 0, "stopped after " + took);
      ExecutionException end =
          assertThrows(ExecutionException.class, () -> sleeping.get(5, TimeUnit.SECONDS));
      // What grpc-java's forced shutdown looks like to callers: RST_STREAM(CANCEL).
      assertEquals(Status.Code.CANCELLED, Status.fromThrowable(end).getCode());
    }
  }

  @Test
  void aPortInUseIsAnError() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThrows(
          IOException.class,
          () ->
              BackendServer.start(
                  BackendConfig.onLoopback("d", SampleSystem.DETECT)
                      .withPort(taken.getLocalPort())));
    }
  }

  private static BackendFixture newEngine() throws IOException {
    return BackendFixture.start(BackendConfig.onLoopback("e", SampleSystem.ENGINE));
  }

  private static CompletableFuture<ActionResponse> sleepThatHasBegun(
      EngineClient engine, Duration time) throws Exception {
    try (EventStream events = engine.listen("p")) {
      assertEquals("subscribed", typeOf(events.next(GRACE)));
      CompletableFuture<ActionResponse> sleeping =
          CompletableFuture.supplyAsync(() -> engine.sleep("p", time, EngineClient.DEADLINE));
      assertEquals("sleep_began", typeOf(events.next(GRACE)));
      return sleeping;
    }
  }

  private static String typeOf(@Nullable EventMessage event) {
    return event == null ? "end of stream" : event.getEventType();
  }
}
