package dev.adit.core.http2.read;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersDecoder;
import org.jspecify.annotations.Nullable;

/**
 * The header list that is being read: the field block of HEADERS and of the CONTINUATION frames
 * after it, which nothing may come between (RFC 9113 4.3, 6.10). A block of one frame is decoded
 * where it lies. Confined to the loop of the connection.
 */
final class HeaderBlock {
  private static final int NONE = 0;

  /** Times the size that a list may have, up to which it is read for the sake of those after it. */
  private static final int LEEWAY = 2;

  /** Who cuts a list into pieces of less than this has no need to. */
  private static final int SMALL_BYTES = 8 << 10;

  // deps
  private final Http2HeadersDecoder decoder;

  // state, confined to the loop
  private int streamId = NONE;
  private boolean last;
  private int smallPieces;
  private @Nullable ByteBuf pieces;

  HeaderBlock(Http2HeadersDecoder decoder) {
    this.decoder = decoder;
  }

  /** Whether a list has begun and is not whole. */
  boolean isOpen() {
    return streamId != NONE;
  }

  /** Of the list that is open, or was last. */
  int streamId() {
    return streamId;
  }

  /** Whether the stream's side ends with this list. */
  boolean isLast() {
    return last;
  }

  /** How many pieces so far were small, the first included. */
  int smallPieces() {
    return smallPieces;
  }

  void begin(int id, boolean endStream) {
    streamId = id;
    last = endStream;
    smallPieces = 0;
  }

  /**
   * The next piece of the block.
   *
   * @param in its reader index does not matter, and is as before afterwards
   * @param end whether this is the last one
   * @return the list, if it is whole
   */
  @Nullable Http2Headers add(ByteBufAllocator alloc, ByteBuf in, int from, int length, boolean end)
      throws Http2Exception {
    ByteBuf before = pieces;
    long most = LEEWAY * decoder.configuration().maxHeaderListSize();
    if (length + (before == null ? 0L : before.readableBytes()) > most) {
      close();
      Http2CodecUtil.headerListSizeExceeded(most);
    }
    if (before == null && end) {
      return decodeInPlace(in, from, length);
    }
    ByteBuf whole = before == null ? alloc.buffer(length) : before;
    pieces = whole;
    whole.writeBytes(in, from, length);
    if (!end) {
      if (length < SMALL_BYTES) {
        smallPieces++;
      }
      return null;
    }
    try {
      return decoder.decodeHeaders(streamId, whole);
    } finally {
      close();
    }
  }

  private Http2Headers decodeInPlace(ByteBuf in, int from, int length) throws Http2Exception {
    int id = streamId;
    streamId = NONE;
    int reader = in.readerIndex();
    int writer = in.writerIndex();
    in.setIndex(from, from + length);
    try {
      return decoder.decodeHeaders(id, in);
    } finally {
      in.setIndex(reader, writer);
    }
  }

  /** Forgets a list that will not be finished. */
  void close() {
    streamId = NONE;
    if (pieces != null) {
      pieces.release();
      pieces = null;
    }
  }
}
