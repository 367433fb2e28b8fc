package dev.adit.core.http2.read;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;

/** How many body bytes a head has announced, and how many of them have come (RFC 9113 8.1.1). */
final class ContentLength {
  private final long announced;
  private final boolean mayLack;
  private long received;

  /**
   * Of a body that has not begun.
   *
   * @param mayLack whether there may be no body at all, as in the answer to HEAD
   */
  ContentLength(long announced, boolean mayLack) {
    this.announced = announced;
    this.mayLack = mayLack;
  }

  /**
   * More of the body has come.
   *
   * @param last whether that was all of it
   */
  void add(int streamId, int bytes, boolean last) throws Http2Exception {
    received += bytes;
    boolean lacks = last && received < announced && !(mayLack && received == 0);
    if (received > announced || lacks) {
      throw Http2Exception.streamError(
          streamId,
          Http2Error.PROTOCOL_ERROR,
          "%d bytes of a body whose content-length is %d",
          received,
          announced);
    }
  }
}
