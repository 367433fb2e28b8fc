package dev.adit.agent.doctor.steps;

import java.nio.charset.StandardCharsets;

/** The first bytes of HTTP/2 both ways (RFC 9113 3.4): whether a peer speaks it. */
final class Http2Preface {
  private static final int TYPE_AT = 3;
  private static final byte SETTINGS = 4;
  private static final byte TLS_ALERT = 21;
  private static final byte[] HTTP1 = "HTTP/".getBytes(StandardCharsets.US_ASCII);

  /** The preface and empty SETTINGS. */
  private static final byte[] OURS =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII);

  /** What the peer's first bytes are. */
  enum Peer {
    HTTP2,
    TLS,
    HTTP1,
    OTHER
  }

  private Http2Preface() {}

  /**
   * Greets the peer.
   *
   * @throws StepException if it does not answer, or ends the connection
   */
  static Peer exchange(SteppedDial dial) throws StepException {
    byte[] theirs = dial.ask(OURS, bytes -> bytes.readableBytes() >= HTTP1.length);
    if (theirs[0] == TLS_ALERT) {
      return Peer.TLS;
    }
    boolean http1 = true;
    for (int i = 0; i < HTTP1.length; i++) {
      http1 &= theirs[i] == HTTP1[i];
    }
    if (http1) {
      return Peer.HTTP1;
    }
    return theirs[TYPE_AT] == SETTINGS && theirs[0] == 0 ? Peer.HTTP2 : Peer.OTHER;
  }
}
