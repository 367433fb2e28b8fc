package dev.adit.core.http2.flood;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What counts, and for how long. */
final class FloodGuardTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final List<Flood> floods = new ArrayList<>();
  private final FloodGuard guard =
      new FloodGuard(new FloodLimits(3, 3, 3, 3, 3, 3, 3, 3, 3), floods::add);

  @Test
  void streamsOfOneSecondAreLimited() throws Http2Exception {
    for (int second = 0; second < 5; second++) {
      for (int i = 0; i < 3; i++) {
        guard.onHeaders(second * SECOND);
      }
    }
    Http2Exception flood =
        assertThrows(Http2Exception.class, () -> guard.onHeaders(4 * SECOND + SECOND / 2));
    assertEquals(Http2Error.ENHANCE_YOUR_CALM, flood.error());
    assertEquals("limit newStreams passed", flood.getMessage());
    assertThrows(Http2Exception.class, () -> guard.onHeaders(4 * SECOND + SECOND / 2));
    assertEquals(List.of(Flood.NEW_STREAMS), floods, "told once");
  }

  @Test
  void pingsBesideThoseThatFollowWhatWeSendAreLimited() throws Http2Exception {
    for (int i = 0; i < 10; i++) {
      guard.onHeadersSent();
      guard.onPing(0);
      guard.onChunkSent();
      guard.onPing(0);
    }
    for (int i = 0; i < 3; i++) {
      guard.onPing(0);
    }
    assertThrows(Http2Exception.class, () -> guard.onPing(9 * SECOND));
  }

  @Test
  void afterTheWindowItBeginsAnew() throws Http2Exception {
    for (int i = 0; i < 3; i++) {
      guard.onPing(0);
    }
    assertDoesNotThrow(() -> guard.onPing(10 * SECOND));
  }

  @Test
  void emptyDataCountsOnlyInARow() throws Http2Exception {
    for (int i = 0; i < 10; i++) {
      guard.onChunk(true);
      guard.onChunk(true);
      guard.onChunk(true);
      guard.onChunk(false);
    }
    assertEquals(List.of(), floods);
  }

  @Test
  void extensionMaySayOneThingOfEachStream() throws Http2Exception {
    for (int i = 0; i < 10; i++) {
      guard.onHeaders(i * SECOND);
      guard.onUnknownFrame(i * SECOND);
    }
    for (int i = 0; i < 3; i++) {
      guard.onUnknownFrame(10 * SECOND);
    }
    assertThrows(Http2Exception.class, () -> guard.onUnknownFrame(10 * SECOND));
  }

  @Test
  void aFloodIsToldOnce() {
    for (int i = 0; i < 3; i++) {
      assertThrows(Http2Exception.class, () -> guard.check(false, Flood.SETTINGS));
    }
    assertEquals(List.of(Flood.SETTINGS), floods);
  }
}
