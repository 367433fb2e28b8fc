package dev.adit.agent.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.Upstream;
import dev.adit.agent.backend.UpstreamTable;
import dev.adit.core.config.HostPort;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.process.EventLoops;
import dev.adit.core.upstream.BackendConfig;
import dev.adit.core.upstream.HealthCheck;
import dev.adit.core.upstream.UpstreamBalance;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamName;
import dev.adit.testing.http2.FakeBackend;
import dev.adit.testing.http2.FakeBackend.Connection;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Health checks of a backend that allows one stream on a connection. */
final class GrpcProbeTest {
  private static final int MAX_CONCURRENT_STREAMS = 3;
  private static final String SERVING = "\0\0\0\0\2\10\1";

  private final EventLoops loops = EventLoops.start(1, "probe");
  private final EventLoop loop = loops.all().get(0);
  private final FakeBackend fake = new FakeBackend();
  private final Backend backend = upstream().backends().get(0);
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  GrpcProbeTest() throws IOException {}

  @AfterEach
  void end() throws IOException {
    loops.close();
    fake.close();
  }

  private Upstream upstream() throws IOException {
    UpstreamConfig config =
        new UpstreamConfig(
            new UpstreamName("up"),
            List.of(new BackendConfig(new HostPort("127.0.0.1", fake.port()), 1)),
            UpstreamBalance.ROUND_ROBIN,
            null,
            null,
            null,
            UpstreamConfig.SLOW_START,
            0,
            1);
    return new UpstreamTable(List.of(config), loops, ReceiveWindows.Sizes.fixed(64 * 1024))
        .upstreams()
        .iterator()
        .next();
  }

  private void ask() {
    HealthCheck check = new HealthCheck("", Duration.ofSeconds(10), Duration.ofSeconds(30), 1, 1);
    loop.execute(() -> HealthChecks.ask(backend, check, loop, answers::add));
  }

  private String answer() throws InterruptedException {
    String answer = answers.poll(20, TimeUnit.SECONDS);
    return answer == null ? "nothing was said" : answer;
  }

  private static void serve(Connection on, int stream) throws IOException {
    on.send(on.script().headers(stream, false, ":status", "200"));
    on.send(on.script().data(stream, false, SERVING));
    on.send(on.script().headers(stream, true, "grpc-status", "0"));
  }

  /** It counted as not well, and got no calls on other loops either. */
  @Test
  void checkThatFindsAllStreamsTakenHasAConnectionOfItsOwn() throws Exception {
    ask();
    try (Connection busy = fake.accept(MAX_CONCURRENT_STREAMS, 1)) {
      busy.expect("headers", 3);
      ask();
      try (Connection aside = fake.accept(MAX_CONCURRENT_STREAMS, 1)) {
        aside.expect("headers", 3);
        serve(aside, 3);
        assertEquals("", answer());
        aside.expectClosed();
      }
      serve(busy, 3);
      assertEquals("", answer());
      ask();
      busy.expect("headers", 5);
      serve(busy, 5);
      assertEquals("", answer());
      assertFalse(fake.isDialled(50));
    }
  }

  @Test
  void backendThatIsFullAndTakesNoConnectionEitherIsNotWell() throws Exception {
    ask();
    try (Connection busy = fake.accept(MAX_CONCURRENT_STREAMS, 1)) {
      busy.expect("headers", 3);
      ask();
      fake.acceptSilently().abort();
      assertEquals("it cannot be connected to", answer());
      assertFalse(backend.isUnreachable());
      ask();
      try (Connection aside = fake.accept(MAX_CONCURRENT_STREAMS, 0)) {
        aside.expectClosed();
        assertEquals("it cannot be connected to", answer());
      }
      serve(busy, 3);
      assertEquals("", answer());
    }
  }
}
