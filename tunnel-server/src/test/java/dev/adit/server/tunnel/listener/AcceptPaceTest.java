package dev.adit.server.tunnel.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections are taken at a pace. */
final class AcceptPaceTest {
  private static final int PER_SECOND = 50;
  private static final int PER_TURN = 5;

  private final MockTicker ticker = Ticker.newMockTicker();
  private final EmbeddedChannel listener =
      EmbeddedChannel.builder().ticker(ticker).handlers(new AcceptPace(PER_SECOND)).build();

  @AfterEach
  void close() {
    listener.finishAndReleaseAll();
  }

  private void pass(long millis) {
    ticker.advance(millis, TimeUnit.MILLISECONDS);
    listener.runScheduledPendingTasks();
  }

  private void come(int connections) {
    for (int i = 0; i < connections; i++) {
      listener.writeInbound("connection");
    }
  }

  @Test
  void listenerPausesUntilTheNextTurnOnceItsShareIsTaken() {
    come(PER_TURN - 1);
    assertTrue(listener.config().isAutoRead());
    pass(40);
    come(1);
    assertFalse(listener.config().isAutoRead());
    pass(59);
    assertFalse(listener.config().isAutoRead());
    pass(1);
    assertTrue(listener.config().isAutoRead());
    come(PER_TURN);
    assertFalse(listener.config().isAutoRead());
    assertEquals(2 * PER_TURN, listener.inboundMessages().size(), "all that came are handed on");
  }

  @Test
  void connectionsThatComeSlowlyAreNeverHeldBack() {
    for (int turn = 0; turn < 20; turn++) {
      come(PER_TURN - 1);
      assertTrue(listener.config().isAutoRead());
      pass(100);
    }
  }
}
