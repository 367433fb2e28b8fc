package dev.adit.core.wire.protobuf;

import io.netty.util.AsciiString;

/**
 * Reads a part of a message that has many small fields: copied at once to the heap, where a byte
 * costs next to nothing.
 */
public final class PartReader extends ProtobufReader {
  /** Larger parts have an array of their own, and leave nothing behind. */
  private static final int KEPT_BYTES = 1024;

  private static final byte[] NOTHING = {};

  private byte[] kept = NOTHING;
  private byte[] bytes = NOTHING;

  /** Begins a part; it stays as it is when the message is gone. */
  public void open(MessageReader message, int from, int length) {
    if (length > KEPT_BYTES) {
      bytes = new byte[length];
    } else {
      if (kept.length == 0) {
        kept = new byte[KEPT_BYTES];
      }
      bytes = kept;
    }
    message.copy(from, bytes, length);
    begin(length);
  }

  /** Lets go of a large part. */
  public void close() {
    bytes = kept;
    begin(0);
  }

  @Override
  byte get(int position) {
    return bytes[position];
  }

  /** What the part is in, from its index 0 on; to be read only, until the next part. */
  public byte[] array() {
    return bytes;
  }

  /** Reads bytes that are there, as a text of its own. */
  public AsciiString text(int length) {
    if (length == 0) {
      return AsciiString.EMPTY_STRING;
    }
    AsciiString text = new AsciiString(bytes, at(), length, true);
    pass(length);
    return text;
  }
}
