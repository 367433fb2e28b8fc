package dev.adit.core.wire;

import dev.adit.core.wire.protobuf.PartReader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A part that comes as the same bytes again and again, as the heads and trailers of responses do:
 * those like the last are not read anew, but are what it was. Confined to the reader's loop; what
 * is given out is not to be changed, and may go anywhere.
 */
final class KnownPart<T> {
  /** A longer part is not kept for those to come. */
  private static final int MOST_BYTES = 1024;

  private static final byte[] NOTHING = {};

  // state, confined to the loop
  private byte[] bytes = NOTHING;
  private int length;
  private @Nullable T last;

  /** Passes a part like the last one, and returns what that was; null: it has to be read. */
  @Nullable T pass(PartReader part) {
    if (last == null || part.end() != length) {
      return null;
    }
    if (!Arrays.equals(bytes, 0, length, part.array(), 0, length)) {
      return null;
    }
    part.moveTo(length);
    return last;
  }

  /** Keeps what has been read of a part, and returns it. */
  T keep(T read, PartReader part) {
    int end = part.end();
    if (end <= MOST_BYTES) {
      if (bytes.length < end) {
        bytes = new byte[end];
      }
      System.arraycopy(part.array(), 0, bytes, 0, end);
      length = end;
      last = read;
    }
    return read;
  }
}
