package dev.adit.core.wire.protobuf;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;

/**
 * Writes fields to the end of a buffer. Room for all of them is asked for at once, and they are put
 * into its array: {@link ByteBuf} asks before each byte whether there is room and whether the
 * buffer is still owned.
 */
public final class ProtobufWriter {
  /** A tag or a length of this protocol, or any other number. */
  public static final int MAX_VARINT_BYTES = 10;

  /** A length that is written later takes this many bytes; leading zero groups are legal. */
  private static final int PADDED_LENGTH_BYTES = 3;

  private static final int MAX_PADDED_LENGTH = (1 << 21) - 1;

  private static final byte[] NOTHING = {};

  private final ByteBuf out;

  // state
  private byte[] array = NOTHING;
  private int offset;
  private int at;

  /**
   * Of one buffer.
   *
   * @param out borrowed; must have an array; grows as needed
   */
  public ProtobufWriter(ByteBuf out) {
    this.out = out;
  }

  /**
   * Begins at the end of the buffer.
   *
   * @param most how many bytes are written at most until {@link #finish}
   */
  public void open(int most) {
    out.ensureWritable(most);
    array = out.array();
    offset = out.arrayOffset();
    at = offset + out.writerIndex();
  }

  /** Makes what was written a part of the buffer. */
  public void finish() {
    out.writerIndex(at - offset);
  }

  /** How many bytes a number takes. */
  public static int varintBytes(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }

  /** The most that a field of such bytes takes, with its tag and its length. */
  public static int most(AsciiString value) {
    return 2 * MAX_VARINT_BYTES + value.length();
  }

  /** A number, without a tag. */
  public void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      array[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    array[at++] = (byte) rest;
  }

  /** What stands before a value. */
  public void tag(int field, int wireType) {
    varint(WireType.tag(field, wireType));
  }

  /** A number; 0 is the default and not written. */
  public void number(int field, long value) {
    if (value != 0) {
      tag(field, WireType.VARINT);
      varint(value);
    }
  }

  /** Bytes; none is the default and not written. */
  public void bytes(int field, AsciiString value) {
    if (!value.isEmpty()) {
      tag(field, WireType.LENGTH_DELIMITED);
      varint(value.length());
      raw(value);
    }
  }

  /** Bytes without tag and length. */
  public void raw(AsciiString value) {
    System.arraycopy(value.array(), value.arrayOffset(), array, at, value.length());
    at += value.length();
  }

  /** Bytes without tag and length. */
  public void raw(byte[] value) {
    System.arraycopy(value, 0, array, at, value.length);
    at += value.length;
  }

  /** Begins a message whose length is not known yet; returns what {@link #end} wants. */
  public int begin(int field) {
    tag(field, WireType.LENGTH_DELIMITED);
    int place = at;
    at += PADDED_LENGTH_BYTES;
    return place;
  }

  /** Ends a message: its length takes three bytes, with leading zero groups. */
  public void end(int place) {
    int length = at - place - PADDED_LENGTH_BYTES;
    if (length > MAX_PADDED_LENGTH) {
      throw new IllegalStateException(
          "nested message of " + length + " bytes exceeds " + MAX_PADDED_LENGTH);
    }
    array[place] = (byte) (length | 0x80);
    array[place + 1] = (byte) (length >>> 7 | 0x80);
    array[place + 2] = (byte) (length >>> 14);
  }
}
