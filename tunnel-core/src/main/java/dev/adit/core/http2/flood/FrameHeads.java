package dev.adit.core.http2.flood;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Exception;

/**
 * Finds the heads of frames in one direction of a connection (RFC 9113 4.1), however its bytes are
 * cut. Confined to one thread.
 */
final class FrameHeads {
  private static final int HEAD_BYTES = 9;

  private final Seen seen;

  // state
  private int skip;
  private int headBytes;
  private int length;
  private int type;
  private int flags;

  /** Sees each head before its payload has come. */
  interface Seen {
    void onFrame(int type, int flags, int length) throws Http2Exception;
  }

  /**
   * @param preface bytes that come before the first frame
   */
  FrameHeads(int preface, Seen seen) {
    skip = preface;
    this.seen = seen;
  }

  /** The next bytes; they are looked at, not consumed. */
  void read(ByteBuf bytes) throws Http2Exception {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (at < end) {
      if (skip > 0) {
        int step = Math.min(skip, end - at);
        skip -= step;
        at += step;
      } else {
        take(bytes.getUnsignedByte(at));
        at++;
      }
    }
  }

  private void take(int octet) throws Http2Exception {
    switch (headBytes++) {
      case 0, 1, 2 -> length = length << 8 | octet;
      case 3 -> type = octet;
      case 4 -> flags = octet;
      default -> {
        // The stream's id, which nobody asks for.
      }
    }
    if (headBytes == HEAD_BYTES) {
      int payload = length;
      headBytes = 0;
      length = 0;
      skip = payload;
      seen.onFrame(type, flags, payload);
    }
  }
}
