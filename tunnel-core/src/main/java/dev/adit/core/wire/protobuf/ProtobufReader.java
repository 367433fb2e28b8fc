package dev.adit.core.wire.protobuf;

/**
 * Reads one message, or a part of one, after the other. Positions are counted from its first byte;
 * what is asked for beyond its end is a {@link WireException}.
 */
public abstract class ProtobufReader {
  // state
  private int at;
  private int end;

  ProtobufReader() {}

  /** Begins a message of this many bytes. */
  final void begin(int length) {
    at = 0;
    end = length;
  }

  /** A byte that is there. */
  abstract byte get(int position);

  /** Where the next byte stands. */
  public final int at() {
    return at;
  }

  /** Goes on elsewhere. */
  public final void moveTo(int position) {
    at = position;
  }

  /** The length of the message. */
  public final int end() {
    return end;
  }

  /** Reads a number. */
  public final long varint() throws WireException {
    if (at < end) {
      byte first = get(at);
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
      byte next = get(at++);
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new WireException("a number has more than 10 bytes");
  }

  /** Reads the length of a field that must end at or before {@code limit}. */
  public final int length(int limit) throws WireException {
    long length = varint();
    if (length < 0 || length > limit - at) {
      throw passesEnd(length);
    }
    return (int) length;
  }

  private static WireException passesEnd(long length) {
    return new WireException("a field of " + length + " bytes passes the end of its message");
  }

  /** Passes over bytes that are there. */
  public final void pass(int length) {
    at += length;
  }

  /** Passes over a field that this build does not know. */
  public final void skip(int wireType, int limit) throws WireException {
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
