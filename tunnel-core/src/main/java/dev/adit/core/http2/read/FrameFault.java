package dev.adit.core.http2.read;

import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;

/** Frames whose shape ends the connection (RFC 9113 4.2, 5.4.1). */
final class FrameFault {
  private FrameFault() {}

  static Http2Exception protocol(String format, Object... values) {
    return Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, format, values);
  }

  static Http2Exception size(String format, Object... values) {
    return Http2Exception.connectionError(Http2Error.FRAME_SIZE_ERROR, format, values);
  }

  static void checkLength(int length, int wanted, String frame) throws Http2Exception {
    if (length != wanted) {
      throw size("%s of %d bytes", frame, length);
    }
  }

  /** Of frames that belong to a stream. */
  static void checkStream(int id, String frame) throws Http2Exception {
    if (id == Http2CodecUtil.CONNECTION_STREAM_ID) {
      throw protocol("%s on no stream", frame);
    }
  }

  /** Of frames that belong to the connection. */
  static void checkConnection(int id, String frame) throws Http2Exception {
    if (id != Http2CodecUtil.CONNECTION_STREAM_ID) {
      throw protocol("%s on stream %d", frame, id);
    }
  }
}
