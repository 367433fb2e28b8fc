package dev.adit.conformance.site;

import dev.adit.core.flow.WindowSizes;
import dev.adit.core.wire.FrameLimits;

/**
 * How the two ends of a tunnel cut what they send, how much a call may hold, and which version of
 * the protocol they speak.
 *
 * @param chunkBytes body bytes in one frame
 * @param messageBytes where a message is closed and the next begun
 * @param windowBytes credit of a call, each direction; it does not grow
 * @param protocolMinor the newest minor version
 */
public record TunnelSizes(int chunkBytes, int messageBytes, int windowBytes, int protocolMinor) {
  private static final int MESSAGE = 64 * 1024;
  private static final int WINDOW = 64 * 1024;

  TunnelSizes(int chunkBytes, int messageBytes, int windowBytes) {
    this(chunkBytes, messageBytes, windowBytes, FrameLimits.PROTOCOL_MINOR);
  }

  /** What speaks one minor version more than this build. */
  public static TunnelSizes ofNextVersion() {
    return new TunnelSizes(16 * 1024, MESSAGE, WINDOW, FrameLimits.PROTOCOL_MINOR + 1);
  }

  /** Bodies cut after every {@code bytes}, all else as usual. */
  public static TunnelSizes cutAfter(int bytes) {
    return new TunnelSizes(bytes, MESSAGE, WINDOW);
  }

  /** What the windows of a call are. */
  WindowSizes windows() {
    return new WindowSizes(windowBytes, windowBytes, windowBytes);
  }

  /** The largest chunks there are, each in a message of its own. */
  public static TunnelSizes oneChunkAMessage() {
    return new TunnelSizes(16 * 1024, 16 * 1024, WINDOW);
  }

  /** Credit so small that every message waits for more. */
  public static TunnelSizes window(int bytes) {
    return new TunnelSizes(16 * 1024, MESSAGE, bytes);
  }
}
