package dev.adit.core.http2.flood;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class FloodLogTest {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 4711);

  private final FloodLog log = new FloodLog("of callers");

  @Test
  void firstOfALimitIsToldWithItsAddress() {
    assertEquals(
        "a connection of callers from 192.0.2.1:4711 is ended: limit pings passed",
        log.line(Flood.PINGS, PEER, 5));
    assertEquals(
        "a connection of callers from 192.0.2.1:4711 is ended: limit settings passed",
        log.line(Flood.SETTINGS, PEER, 5));
  }

  @Test
  void floodHasALineAMinuteWithTheNumberOfTheRest() {
    log.line(Flood.PINGS, PEER, 5);
    for (int i = 0; i < 1000; i++) {
      assertNull(log.line(Flood.PINGS, PEER, 4 + MINUTE));
    }
    assertEquals(
        "a connection of callers from 192.0.2.1:4711 is ended: limit pings passed, as by 1000 more"
            + " since the last such line",
        log.line(Flood.PINGS, PEER, 5 + MINUTE));
    assertNull(log.line(Flood.PINGS, PEER, 6 + MINUTE));
  }
}
