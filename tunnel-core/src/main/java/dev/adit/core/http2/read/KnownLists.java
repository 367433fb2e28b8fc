package dev.adit.core.http2.read;

import dev.adit.core.http2.read.HeaderBlock.FieldCount;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * The last two header lists of a connection whose bytes would mean the same if they came again, for
 * peers repeat themselves: a caller its request's head, a backend head and trailers. Confined to
 * the loop of the connection.
 *
 * <p>Bytes mean the same as long as HPACK's table is as it was, so a list that changes the table is
 * not kept, and ends those before it. Nor is one kept that has a field which no table may have.
 */
final class KnownLists {
  /** Of a list, as it came; about what a call needs once the table has its names. */
  private static final int MOST_BYTES = 256;

  // state, confined to the loop
  private Known newer = new Known();
  private Known older = new Known();

  /** One list; whoever decodes makes it anew out of that object, so there is one of each. */
  private static final class Known {
    private final ByteBuf bytes = Unpooled.buffer(0, MOST_BYTES);
    private @Nullable Http2Headers list;

    private boolean is(ByteBuf in, int from, int length) {
      return list != null
          && length == bytes.readableBytes()
          && ByteBufUtil.equals(bytes, 0, in, from, length);
    }
  }

  /** The list that these bytes are; null: it has to be decoded. */
  @Nullable Http2Headers of(ByteBuf in, int from, int length) {
    if (newer.is(in, from, length)) {
      return newer.list;
    }
    return older.is(in, from, length) ? older.list : null;
  }

  /** Whether the list that these bytes are may be kept; if not, those before it are no more. */
  boolean takes(ByteBuf in, int from, int length) {
    boolean taken = length <= MOST_BYTES && FieldCount.isRepeatable(in, from, length);
    if (!taken) {
      forget();
    }
    return taken;
  }

  /** Whether a list is kept. */
  boolean has(Http2Headers list) {
    return newer.list == list || older.list == list;
  }

  /**
   * Keeps a list that may be.
   *
   * @param list one of two objects in turn, which its decoder fills
   */
  void keep(Http2Headers list, ByteBuf in, int from, int length) {
    if (newer.list != list) {
      Known free = older;
      older = newer;
      newer = free;
    }
    newer.list = list;
    newer.bytes.clear().writeBytes(in, from, length);
  }

  /** What is in the table is not what it was. */
  void forget() {
    newer.list = null;
    older.list = null;
  }
}
