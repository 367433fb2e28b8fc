package dev.adit.core.wire.protobuf;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.nio.ByteBuffer;

/**
 * Reads one message after the other. Positions are counted from the first byte of the message; what
 * is asked for beyond its end is a {@link WireException}. Reads memory itself: {@link ByteBuf} asks
 * before each byte whether the buffer is still owned.
 */
public final class ProtobufReader {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  // state
  private ByteBuffer bytes = NOTHING;
  private int at;
  private int end;

  /**
   * Begins a message.
   *
   * @param message borrowed until {@link #close}; its indices are not moved
   */
  public void open(ByteBuf message) {
    bytes = message.nioBuffer();
    at = 0;
    end = message.readableBytes();
  }

  /** Lets go of the message. */
  public void close() {
    bytes = NOTHING;
    at = 0;
    end = 0;
  }

  /** Where the next byte stands. */
  public int at() {
    return at;
  }

  /** Goes on elsewhere. */
  public void moveTo(int position) {
    at = position;
  }

  /** The length of the message. */
  public int end() {
    return end;
  }

  /** Reads a number. */
  public long varint() throws WireException {
    if (at < end) {
      byte first = bytes.get(at);
      if (first >= 0) {
        at++;
        return first;
      }
    }
    return longVarint();
  }

  private long longVarint() throws WireException {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at >= end) {
        throw new WireException("a number is cut off");
      }
      byte next = bytes.get(at++);
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new WireException("a number has more than 10 bytes");
  }

  /** Reads the length of a field that must end at or before {@code limit}. */
  public int length(int limit) throws WireException {
    long length = varint();
    if (length < 0 || length > limit - at) {
      throw passesEnd(length);
    }
    return (int) length;
  }

  private static WireException passesEnd(long length) {
    return new WireException("a field of " + length + " bytes passes the end of its message");
  }

  /**
   * Reads bytes that are there.
   *
   * @param length at most that of {@code to}
   */
  public void read(byte[] to, int length) {
    bytes.get(at, to, 0, length);
    at += length;
  }

  /** Reads bytes that are there, as a text of its own. */
  public AsciiString text(int length) {
    if (length == 0) {
      return AsciiString.EMPTY_STRING;
    }
    byte[] text = new byte[length];
    read(text, length);
    return new AsciiString(text, false);
  }

  /** Passes over bytes that are there. */
  public void pass(int length) {
    at += length;
  }

  /** Passes over a field that this build does not know. */
  public void skip(int wireType, int limit) throws WireException {
    switch (wireType) {
      case WireType.VARINT -> varint();
      case WireType.FIXED64 -> skipBytes(Long.BYTES, limit);
      case WireType.LENGTH_DELIMITED -> pass(length(limit));
      case WireType.FIXED32 -> skipBytes(Integer.BYTES, limit);
      default -> throw new WireException("wire type " + wireType);
    }
  }

  private void skipBytes(int length, int limit) throws WireException {
    if (length > limit - at) {
      throw passesEnd(length);
    }
    at += length;
  }
}
