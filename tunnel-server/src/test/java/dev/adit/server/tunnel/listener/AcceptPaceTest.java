package dev.adit.server.tunnel.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.http2.flood.Flood;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections are taken at a pace, and whose network sends few does not wait for those of many. */
final class AcceptPaceTest {
  private static final int PER_SECOND = 50;
  private static final int PER_TURN = 5;
  private static final String MANY = "192.0.2.66";

  private final MockTicker ticker = Ticker.newMockTicker();
  private final List<Flood> floods = new ArrayList<>();
  private final EmbeddedChannel listener =
      EmbeddedChannel.builder()
          .ticker(ticker)
          .handlers(new AcceptPace(PER_SECOND, (limit, from) -> floods.add(limit)))
          .build();

  @AfterEach
  void close() {
    listener.finishAndReleaseAll();
  }

  private void pass(long millis) {
    ticker.advance(millis, TimeUnit.MILLISECONDS);
    listener.runScheduledPendingTasks();
  }

  private List<Channel> come(int connections, String from) {
    List<Channel> came = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      Channel connection =
          new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
              return new InetSocketAddress(from, 40_000);
            }
          };
      came.add(connection);
      listener.writeInbound(connection);
    }
    return came;
  }

  private int taken() {
    int taken = listener.inboundMessages().size();
    listener.inboundMessages().clear();
    return taken;
  }

  @Test
  void connectionsBeyondTheirTurnsShareWaitForTheNext() {
    come(PER_TURN - 1, MANY);
    pass(40);
    come(7, MANY);
    assertEquals(PER_TURN, taken());
    pass(59);
    assertEquals(0, taken());
    pass(1);
    assertEquals(PER_TURN, taken());
    pass(100);
    assertEquals(1, taken());
    come(PER_TURN - 1, MANY);
    assertEquals(PER_TURN - 1, taken(), "nobody waits any more");
  }

  @Test
  void connectionsThatComeSlowlyAreNeverHeldBack() {
    for (int turn = 0; turn < 20; turn++) {
      come(PER_TURN - 1, MANY);
      assertEquals(PER_TURN - 1, taken());
      pass(100);
    }
  }

  @Test
  void networksTakeTurns() {
    come(1000, MANY);
    taken();
    Channel other = come(1, "192.0.2.1").get(0);
    pass(100);
    assertTrue(listener.inboundMessages().contains(other), "not behind the thousand");
    assertEquals(PER_TURN, taken());
  }

  @Test
  void whoFillsTheRoomIsTurnedAwayAndOthersAreLetIn() {
    come(PER_TURN, "192.0.2.1");
    List<Channel> many = come(AcceptPace.MOST_WAITING_OF_ONE + 1, MANY);
    assertEquals(List.of(Flood.WAITING_CONNECTIONS), floods);
    assertFalse(many.get(AcceptPace.MOST_WAITING_OF_ONE).isOpen());
    assertTrue(many.get(AcceptPace.MOST_WAITING_OF_ONE - 1).isOpen());
    come(AcceptPace.MOST_WAITING - AcceptPace.MOST_WAITING_OF_ONE, "192.0.2.67");
    assertEquals(1, floods.size());
    taken();
    Channel first = come(1, "192.0.2.1").get(0);
    assertFalse(many.get(AcceptPace.MOST_WAITING_OF_ONE - 1).isOpen(), "it makes way");
    assertFalse(come(1, "192.0.2.1").get(0).isOpen(), "one for each is enough");
    assertEquals(3, floods.size());
    pass(100);
    assertTrue(listener.inboundMessages().contains(first));
  }

  @Test
  void whoHasWaitedForTooLongIsTurnedAway() {
    List<Channel> many = come(AcceptPace.MOST_WAITING_OF_ONE, MANY);
    int turns = (int) (AcceptPace.PATIENCE_MILLIS / 100);
    for (int turn = 0; turn < turns; turn++) {
      pass(100);
    }
    assertEquals(PER_TURN + turns * PER_TURN, taken());
    assertEquals(0, floods.size());
    Channel late = come(1, "192.0.2.1").get(0);
    pass(100);
    assertEquals(many.size() - PER_TURN - turns * PER_TURN, floods.size());
    assertSame(late, listener.inboundMessages().poll());
  }

  @Test
  void whoWaitsIsClosedWithTheListener() {
    List<Channel> came = come(PER_TURN + 1, MANY);
    listener.close();
    assertTrue(came.get(PER_TURN - 1).isOpen());
    assertFalse(came.get(PER_TURN).isOpen());
  }
}
