package dev.adit.conformance.failure.flood;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.Scrape;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawFrame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What floods have in common, whichever port they come to. */
final class Floods {
  static final int CANCEL = 8;
  static final int UNKNOWN = 0x42;
  private static final int ENHANCE_YOUR_CALM = 11;

  private Floods() {}

  /** Sends one more of what it is about. */
  interface Misdeed {
    void commit(RawConnection peer, int number) throws IOException;
  }

  /**
   * How many connections have passed a limit.
   *
   * @param listener {@code entry} or {@code tunnel}
   */
  static double counted(String admin, String listener, String limit) throws IOException {
    return Scrape.sum(admin, "adit_" + listener + "_floods_total", "limit=\"" + limit + "\"");
  }

  /** The peer is told which limit it has passed, and is closed. */
  static void assertEnded(RawConnection peer, String limit) {
    RawFrame goAway = peer.awaitControl(RawFrame.GOAWAY);
    String text = new String(goAway.payload(), StandardCharsets.ISO_8859_1);
    assertEquals(ENHANCE_YOUR_CALM, goAway.payload()[7], text);
    String told = limit.equals("pings") ? "too_many_pings" : "limit " + limit + " passed";
    assertEquals(told, text.substring(Long.BYTES));
    peer.awaitClosed();
  }

  /** Of a header list that never ends. */
  static void sendPieceOfHeader(RawConnection peer, int streamId, boolean first)
      throws IOException {
    if (first) {
      peer.awaitControl(RawFrame.SETTINGS);
      peer.send(RawFrame.HEADERS, 0, streamId, new byte[0]);
    }
    peer.send(RawFrame.CONTINUATION, 0, streamId, new byte[0]);
  }
}
