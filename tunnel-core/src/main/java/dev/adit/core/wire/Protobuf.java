package dev.adit.core.wire;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;

/**
 * The few parts of the protobuf encoding that the frames of calls need (protobuf.dev, "Encoding").
 */
final class Protobuf {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int LENGTH_DELIMITED = 2;
  static final int FIXED32 = 5;

  /** A length that is written later takes this many bytes; leading zero groups are legal. */
  static final int PADDED_LENGTH_BYTES = 3;

  private static final int MAX_PADDED_LENGTH = (1 << 21) - 1;

  private Protobuf() {}

  static int tag(int field, int wireType) {
    return field << 3 | wireType;
  }

  static int varintBytes(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }

  static void writeVarint(ByteBuf out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.writeByte(((int) rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.writeByte((int) rest);
  }

  static void writeVarintField(ByteBuf out, int field, long value) {
    if (value != 0) {
      writeVarint(out, tag(field, VARINT));
      writeVarint(out, value);
    }
  }

  static void writeBytesField(ByteBuf out, int field, AsciiString value) {
    if (!value.isEmpty()) {
      writeVarint(out, tag(field, LENGTH_DELIMITED));
      writeVarint(out, value.length());
      writeRaw(out, value);
    }
  }

  static void writeRaw(ByteBuf out, AsciiString value) {
    out.writeBytes(value.array(), value.arrayOffset(), value.length());
  }

  /**
   * Begins a nested message whose length is not known yet; returns what {@link #endNested} wants.
   */
  static int beginNested(ByteBuf out, int field) {
    writeVarint(out, tag(field, LENGTH_DELIMITED));
    int at = out.writerIndex();
    out.writeZero(PADDED_LENGTH_BYTES);
    return at;
  }

  static void endNested(ByteBuf out, int at) {
    int length = out.writerIndex() - at - PADDED_LENGTH_BYTES;
    if (length > MAX_PADDED_LENGTH) {
      throw new IllegalStateException(
          "nested message of " + length + " bytes exceeds " + MAX_PADDED_LENGTH);
    }
    out.setByte(at, (length & 0x7f) | 0x80);
    out.setByte(at + 1, (length >>> 7 & 0x7f) | 0x80);
    out.setByte(at + 2, length >>> 14);
  }

  /** Reads a varint at the reader index and moves it. */
  static long readVarint(ByteBuf in) throws WireException {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (!in.isReadable()) {
        throw new WireException("a number is cut off");
      }
      byte b = in.readByte();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new WireException("a number has more than 10 bytes");
  }

  /** Reads the length of a field that must end at or before {@code end}. */
  static int readLength(ByteBuf in, int end) throws WireException {
    long length = readVarint(in);
    if (length < 0 || length > end - in.readerIndex()) {
      throw new WireException("a field of " + length + " bytes passes the end of its message");
    }
    return (int) length;
  }

  static AsciiString readBytes(ByteBuf in, int length) {
    if (length == 0) {
      return AsciiString.EMPTY_STRING;
    }
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    return new AsciiString(bytes, false);
  }

  /** Passes over a field that this build does not know. */
  static void skip(ByteBuf in, int wireType, int end) throws WireException {
    switch (wireType) {
      case VARINT -> readVarint(in);
      case FIXED64 -> skipBytes(in, 8, end);
      case LENGTH_DELIMITED -> in.skipBytes(readLength(in, end));
      case FIXED32 -> skipBytes(in, 4, end);
      default -> throw new WireException("wire type " + wireType);
    }
  }

  private static void skipBytes(ByteBuf in, int length, int end) throws WireException {
    if (length > end - in.readerIndex()) {
      throw new WireException("a field of " + length + " bytes passes the end of its message");
    }
    in.skipBytes(length);
  }
}
