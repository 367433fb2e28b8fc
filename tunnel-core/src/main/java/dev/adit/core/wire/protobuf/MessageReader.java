package dev.adit.core.wire.protobuf;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * Reads a message in a buffer. Reads memory itself: {@link ByteBuf} asks before each byte whether
 * the buffer is still owned.
 */
public final class MessageReader extends ProtobufReader {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private ByteBuffer bytes = NOTHING;

  /**
   * Begins a message.
   *
   * @param message borrowed until {@link #close}; its indices are not moved
   */
  public void open(ByteBuf message) {
    bytes = message.nioBuffer();
    begin(message.readableBytes());
  }

  /** Lets go of the message. */
  public void close() {
    bytes = NOTHING;
    begin(0);
  }

  @Override
  byte get(int position) {
    return bytes.get(position);
  }

  /**
   * Copies bytes that are there, wherever this reader stands.
   *
   * @param length at most that of {@code to}
   */
  public void copy(int from, byte[] to, int length) {
    bytes.get(from, to, 0, length);
  }
}
