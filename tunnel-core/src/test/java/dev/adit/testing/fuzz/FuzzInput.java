package dev.adit.testing.fuzz;

import java.util.Arrays;

/**
 * Choices out of bytes, from the first to the last; past the end every choice is the first one. The
 * same bytes are the same choices in every version of the fuzzer, so an input can be written by
 * hand.
 */
public final class FuzzInput {
  private final byte[] bytes;
  private int next;

  public FuzzInput(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Whether every byte has been used. */
  public boolean isOver() {
    return next >= bytes.length;
  }

  /** The next byte, 0 to 255. */
  public int next() {
    return isOver() ? 0 : bytes[next++] & 0xff;
  }

  /** A number below {@code bound}, which is at most 65536. */
  public int below(int bound) {
    int number = bound <= 256 ? next() : next() << 8 | next();
    return number % bound;
  }

  public boolean flag() {
    return (next() & 1) == 1;
  }

  /** At most so many bytes, fewer at the end. */
  public byte[] bytes(int atMost) {
    int from = Math.min(next, bytes.length);
    next = Math.min(bytes.length, from + atMost);
    return Arrays.copyOfRange(bytes, from, next);
  }

  /** All that is left. */
  public byte[] rest() {
    return bytes(bytes.length);
  }
}
