package dev.adit.core.wire;

import dev.adit.core.wire.protobuf.PartReader;
import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Texts that come again with each call, as names of fields, paths and groups do: read without
 * making them anew, and with their hash known. Remembers up to 256 of at most 64 bytes; one that
 * does not come again makes way, but texts that differ each time push out nobody who is in use.
 * Used by one thread at a time.
 */
final class KnownTexts {
  private static final int LONGEST_BYTES = 64;
  private static final int SLOTS = 256;

  /** So many others have to want a place since its owner was last read. */
  private static final int PATIENCE = 8;

  private final @Nullable AsciiString[] slots = new @Nullable AsciiString[SLOTS];
  private final byte[] others = new byte[SLOTS];

  /** Reads a text of this many bytes; what is returned may be shared and is not to be changed. */
  AsciiString read(PartReader in, int length) {
    if (length == 0 || length > LONGEST_BYTES) {
      return in.text(length);
    }
    byte[] bytes = in.array();
    int at = in.at();
    int slot = slot(bytes, at, length);
    AsciiString known = slots[slot];
    if (known != null && isAt(bytes, at, length, known)) {
      others[slot] = 0;
      in.pass(length);
      return known;
    }
    AsciiString text = in.text(length);
    if (known == null || ++others[slot] > PATIENCE) {
      slots[slot] = text;
      others[slot] = 0;
    }
    return text;
  }

  /** A few bytes tell most texts apart. */
  private static int slot(byte[] bytes, int at, int length) {
    int mixed = length;
    mixed = 31 * mixed + bytes[at];
    mixed = 31 * mixed + bytes[at + length / 2];
    mixed = 31 * mixed + bytes[at + length - 1];
    mixed = 31 * mixed + bytes[at + length / 3];
    return (mixed ^ (mixed >>> 8)) & (SLOTS - 1);
  }

  private static boolean isAt(byte[] bytes, int at, int length, AsciiString known) {
    int from = known.arrayOffset();
    return known.length() == length
        && Arrays.equals(bytes, at, at + length, known.array(), from, from + length);
  }
}
