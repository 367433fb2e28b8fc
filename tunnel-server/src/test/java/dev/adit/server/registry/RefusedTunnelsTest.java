package dev.adit.server.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RefusedTunnelsTest {
  private final MockTicker ticker = Ticker.newMockTicker();
  private final RefusedTunnels refused = new RefusedTunnels(ticker);

  @Test
  void lastIsToldForTenMinutes() {
    assertEquals(List.of(), refused.lines());
    refused.add("192.0.2.1:1", "no token (unauthenticated)");
    ticker.advance(1, TimeUnit.MINUTES);
    refused.add("192.0.2.2:2", "agent x may not serve group y (forbidden)");
    ticker.advance(599, TimeUnit.SECONDS);
    assertEquals(
        List.of(
            "a tunnel from 192.0.2.2:2 was refused less than ten minutes ago: agent x may not"
                + " serve group y (forbidden); tunnel-agent doctor, run there, says the cure"),
        refused.lines());
    ticker.advance(1, TimeUnit.SECONDS);
    assertEquals(List.of(), refused.lines());
  }
}
