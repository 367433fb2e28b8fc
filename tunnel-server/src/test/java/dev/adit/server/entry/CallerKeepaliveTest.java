package dev.adit.server.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.testing.http2.Http2Script.Seen;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Callers that vanish without a word: asked after 60 s, given up 20 s later. */
final class CallerKeepaliveTest {
  private final EntryBench bench;

  CallerKeepaliveTest() throws IOException {
    EntrySettings settings = new EntrySettings();
    settings.keepalive = true;
    bench = new EntryBench(settings);
    bench.join("a", 10);
  }

  @AfterEach
  void nothingIsLeft() {
    bench.close();
  }

  private long pings() {
    return bench.script().seen().stream().map(Seen::type).filter("ping"::equals).count();
  }

  private void secondsPass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      bench.advance(Duration.ofSeconds(1));
    }
  }

  @Test
  void silentCallerWithAnOpenCallIsPingedAndClosedWithoutAnAnswer() {
    bench.send(bench.grpc(1, false));
    secondsPass(59);
    assertEquals(0, pings());
    secondsPass(1);
    assertEquals(1, pings());
    secondsPass(19);
    assertTrue(bench.isConnected());
    secondsPass(1);
    assertFalse(bench.isConnected());
    assertEquals(0, bench.calls().running());
  }

  @Test
  void callerThatAnswersLives() {
    bench.send(bench.grpc(1, false));
    for (int i = 0; i < 3; i++) {
      secondsPass(70);
      bench.send(bench.script().pingAck());
    }
    assertTrue(pings() >= 2);
    assertTrue(bench.isConnected());
  }

  @Test
  void callerWithoutACallIsLeftInPeace() {
    secondsPass(300);
    assertEquals(List.of(0L), List.of(pings()));
    assertTrue(bench.isConnected());
  }

  @Test
  void connectionThatHasEndedIsHeldByNoTimer() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel
        .pipeline()
        .addFirst(new CallerKeepalive(new EntrySettings().config(), new EntryDrain(channel)));
    channel.pipeline().fireChannelActive();
    assertTrue(channel.runScheduledPendingTasks() > 0);
    channel.pipeline().fireChannelInactive();
    assertEquals(-1, channel.runScheduledPendingTasks());
    channel.finish();
  }
}
