package dev.adit.core.http2.read;

import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodGuard;
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

  /** What each field of a list counts beside its name and value (RFC 9113 6.5.2). */
  private static final int FIELD_BYTES = 32;

  /** Who cuts a list into pieces of less than this has no need to. */
  private static final int SMALL_BYTES = 8 << 10;

  // deps
  private final Http2HeadersDecoder decoder;
  private final @Nullable FloodGuard guard;
  private final KnownLists known = new KnownLists();

  // state, confined to the loop
  private int streamId = NONE;
  private boolean last;
  private int smallPieces;
  private @Nullable ByteBuf pieces;

  /**
   * No list has begun.
   *
   * @param guard is told of lists that are too large to be read; null: the peer is not guarded
   */
  HeaderBlock(Http2HeadersDecoder decoder, @Nullable FloodGuard guard) {
    this.decoder = decoder;
    this.guard = guard;
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
   * The next piece of the block. One that is too large, on the wire or by the number of fields that
   * are in it, ends the connection before any of it is decoded.
   *
   * @param in its reader index does not matter, and is as before afterwards
   * @param end whether this is the last one
   * @return the list, if it is whole; borrowed until {@link #done}, and not to be changed
   */
  @Nullable Http2Headers add(ByteBufAllocator alloc, ByteBuf in, int from, int length, boolean end)
      throws Http2Exception {
    ByteBuf before = pieces;
    long most = LEEWAY * decoder.configuration().maxHeaderListSize();
    check(length + (before == null ? 0L : before.readableBytes()), most);
    if (before == null && end) {
      checkFields(in, from, length, most);
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
    known.forget();
    try {
      checkFields(whole, whole.readerIndex(), whole.readableBytes(), most);
      return decoder.decodeHeaders(streamId, whole);
    } finally {
      close();
    }
  }

  /**
   * HPACK makes a field of a byte, and of one that its table has for it a large one: what is sure
   * to be too much is not decoded.
   */
  private void checkFields(ByteBuf block, int from, int length, long most) throws Http2Exception {
    if (FIELD_BYTES * (long) length > most) {
      check(FIELD_BYTES * (long) FieldCount.of(block, from, length), most);
    }
  }

  private void check(long bytes, long most) throws Http2Exception {
    if (bytes <= most) {
      return;
    }
    close();
    if (guard != null) {
      guard.check(false, Flood.MAX_HEADER_BYTES);
    }
    Http2CodecUtil.headerListSizeExceeded(most);
  }

  private Http2Headers decodeInPlace(ByteBuf in, int from, int length) throws Http2Exception {
    int id = streamId;
    streamId = NONE;
    Http2Headers before = known.of(in, from, length);
    if (before != null) {
      return before;
    }
    boolean repeatable = known.takes(in, from, length);
    int reader = in.readerIndex();
    int writer = in.writerIndex();
    in.setIndex(from, from + length);
    try {
      Http2Headers list = decoder.decodeHeaders(id, in);
      if (repeatable) {
        known.keep(list, in, from, length);
      }
      return list;
    } catch (Http2Exception | RuntimeException e) {
      known.forget();
      throw e;
    } finally {
      in.setIndex(reader, writer);
    }
  }

  /** A list has been told: it is empty from here on, unless it may come again. */
  void done(Http2Headers list) {
    if (!known.has(list)) {
      list.clear();
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

  /**
   * Counts the fields of a block of HPACK's (RFC 7541 6) by the lengths that stand in it, without a
   * table and without decoding any.
   */
  static final class FieldCount {
    private static final int INDEXED = 0x80;
    private static final int INDEXED_BITS = 7;
    private static final int LITERAL_TO_KEEP = 0x40;
    private static final int LITERAL_TO_KEEP_BITS = 6;
    private static final int TABLE_SIZE = 0x20;
    private static final int TABLE_SIZE_BITS = 5;
    private static final int NEVER_TO_KEEP = 0x10;
    private static final int LITERAL_BITS = 4;
    private static final int LENGTH_BITS = 7;
    private static final int BYTE_BITS = 7;
    private static final int MORE = 0x80;

    private final ByteBuf block;
    private final int end;

    /** Beyond the end where the block is cut off or malformed. */
    private long at;

    /** Whether the table is as it was, and all of this may be remembered. */
    private boolean repeatable = true;

    private FieldCount(ByteBuf block, int from, int length) {
      this.block = block;
      at = from;
      end = from + length;
    }

    /** Fields; those up to the fault in a block that is malformed. */
    static int of(ByteBuf block, int from, int length) {
      FieldCount count = new FieldCount(block, from, length);
      int fields = 0;
      while (count.at < count.end) {
        if (count.skipOne()) {
          fields++;
        }
      }
      return fields;
    }

    /**
     * Whether a block leaves HPACK's table as it is, and has no field that is never to be in one.
     */
    static boolean isRepeatable(ByteBuf block, int from, int length) {
      FieldCount count = new FieldCount(block, from, length);
      while (count.at < count.end && count.repeatable) {
        count.skipOne();
      }
      return count.repeatable;
    }

    /**
     * Skips a field or a change of the table's size.
     *
     * @return whether it was a field
     */
    private boolean skipOne() {
      int first = block.getByte((int) at);
      if ((first & INDEXED) != 0) {
        number(INDEXED_BITS);
        return true;
      }
      if ((first & LITERAL_TO_KEEP) != 0) {
        repeatable = false;
        skipLiteral(LITERAL_TO_KEEP_BITS);
        return true;
      }
      if ((first & TABLE_SIZE) != 0) {
        repeatable = false;
        number(TABLE_SIZE_BITS);
        return false;
      }
      repeatable &= (first & NEVER_TO_KEEP) == 0;
      skipLiteral(LITERAL_BITS);
      return true;
    }

    private void skipLiteral(int indexBits) {
      if (number(indexBits) == 0) {
        skipText();
      }
      skipText();
    }

    private void skipText() {
      long length = number(LENGTH_BITS);
      at += length;
    }

    /** RFC 7541 5.1; 0 beyond the end. */
    private long number(int bits) {
      if (at >= end) {
        return 0;
      }
      int most = (1 << bits) - 1;
      long number = block.getByte((int) at++) & most;
      if (number < most) {
        return number;
      }
      for (int shift = 0; shift < Integer.SIZE && at < end; shift += BYTE_BITS) {
        int next = block.getByte((int) at++);
        number += (long) (next & (MORE - 1)) << shift;
        if ((next & MORE) == 0) {
          return number;
        }
      }
      at = end;
      return 0;
    }
  }
}
