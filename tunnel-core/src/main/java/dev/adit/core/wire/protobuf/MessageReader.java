package dev.adit.core.wire.protobuf;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * Reads a message in a buffer. What is read byte by byte is copied to the heap first, a piece at a
 * time: each byte of a buffer outside it is a call that the compiler may or may not take away.
 */
public final class MessageReader extends ProtobufReader {
  /** Holds the frames of a call or two; bodies are passed over. */
  private static final int PIECE_BYTES = 256;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private ByteBuffer bytes = NOTHING;

  // The piece at hand, and where in the message it stands.
  private final byte[] piece = new byte[PIECE_BYTES];
  private int pieceStart;
  private int pieceLength;

  /**
   * Begins a message.
   *
   * @param message borrowed until {@link #close}; its indices are not moved
   */
  public void open(ByteBuf message) {
    bytes = message.nioBuffer();
    pieceLength = 0;
    begin(message.readableBytes());
  }

  /** Lets go of the message. */
  public void close() {
    bytes = NOTHING;
    begin(0);
  }

  @Override
  byte get(int position) {
    int at = position - pieceStart;
    if (at < 0 || at >= pieceLength) {
      take(position);
      at = 0;
    }
    return piece[at];
  }

  private void take(int position) {
    pieceStart = position;
    pieceLength = Math.min(PIECE_BYTES, end() - position);
    bytes.get(position, piece, 0, pieceLength);
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
