package dev.adit.core.http2.write;

import io.netty.handler.codec.http2.Http2Headers;

/** A header list that its owner may fill anew as soon as it is written. */
public interface BorrowedList extends Http2Headers {
  /** A list that stays as this one is now. */
  Http2Headers kept();
}
