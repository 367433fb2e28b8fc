package dev.adit.conformance.peer;

import java.nio.ByteBuffer;

/** One HTTP/2 frame. */
@SuppressWarnings("ArrayRecordComponent") // made to be looked into, not compared
public record RawFrame(int type, int flags, int streamId, byte[] payload) {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int PRIORITY = 2;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PUSH_PROMISE = 5;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;

  public static final int END_STREAM = 0x1;
  public static final int ACK = 0x1;
  public static final int END_HEADERS = 0x4;
  public static final int PADDED = 0x8;
  public static final int HAS_PRIORITY = 0x20;

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** The 32-bit number at {@code offset} of the payload. */
  public int number(int offset) {
    return ByteBuffer.wrap(payload).getInt(offset);
  }

  /** A payload of 32-bit numbers. */
  public static byte[] numbers(int... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length);
    for (int number : numbers) {
      bytes.putInt(number);
    }
    return bytes.array();
  }

  /** A payload of SETTINGS: identifiers and values in turn. */
  public static byte[] settings(int... idsAndValues) {
    ByteBuffer bytes = ByteBuffer.allocate(3 * idsAndValues.length);
    for (int i = 0; i < idsAndValues.length; i += 2) {
      bytes.putShort((short) idsAndValues[i]).putInt(idsAndValues[i + 1]);
    }
    return bytes.array();
  }
}
