package dev.adit.server.entry.call;

import io.netty.util.AsciiString;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Names for calls that bring none: this run of the server, the connection and the stream, in 24
 * hexadecimal digits. Any thread.
 */
public final class RequestIds {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };
  private static final int DIGITS = 8;

  private final int run = new SecureRandom().nextInt();

  // shared: the next connection's number
  private final AtomicInteger connections = new AtomicInteger();

  /** A number for a connection. */
  int newConnection() {
    return connections.incrementAndGet();
  }

  /** The id of the call on this stream. */
  AsciiString id(int connection, int streamId) {
    byte[] id = new byte[3 * DIGITS];
    write(id, 0, run);
    write(id, DIGITS, connection);
    write(id, 2 * DIGITS, streamId);
    return new AsciiString(id, false);
  }

  private static void write(byte[] target, int offset, int value) {
    for (int i = 0; i < DIGITS; i++) {
      target[offset + i] = HEX[(value >>> (4 * (DIGITS - 1 - i))) & 0xf];
    }
  }
}
