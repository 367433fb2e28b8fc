package dev.adit.core.wire;

/**
 * How large we make what we send on a tunnel, and which version of its protocol we speak.
 *
 * @param maxChunkBytes body bytes in one frame, 1 to 16384
 * @param maxMessageBytes where a message is closed and the next begun, in bytes
 * @param protocolMinor the newest minor version of the protocol that we speak
 */
public record FrameLimits(int maxChunkBytes, int maxMessageBytes, int protocolMinor) {
  /** The newest minor version that this build speaks. */
  public static final int PROTOCOL_MINOR = 0;

  /** What the protocol lets one frame carry (docs/protocol.md). */
  public static final int LARGEST_CHUNK_BYTES = 16 * 1024;

  /**
   * What a peer's message may have at most: the largest head allowed and a chunk, many times over.
   */
  public static final int LARGEST_MESSAGE_BYTES = 4 << 20;

  /** Of a text that is for people: what a peer sends beyond is not kept. */
  static final int MOST_SHOWN_BYTES = 1024;

  public static final FrameLimits DEFAULT = new FrameLimits(LARGEST_CHUNK_BYTES, 64 * 1024);

  /** The same with the version of this build. */
  public FrameLimits(int maxChunkBytes, int maxMessageBytes) {
    this(maxChunkBytes, maxMessageBytes, PROTOCOL_MINOR);
  }

  public FrameLimits {
    if (maxChunkBytes < 1 || maxChunkBytes > LARGEST_CHUNK_BYTES) {
      throw new IllegalArgumentException(
          "chunk of " + maxChunkBytes + " bytes; allowed are 1 to " + LARGEST_CHUNK_BYTES);
    }
    if (maxMessageBytes < maxChunkBytes || maxMessageBytes > LARGEST_MESSAGE_BYTES) {
      throw new IllegalArgumentException(
          "message of "
              + maxMessageBytes
              + " bytes; allowed are "
              + maxChunkBytes
              + " to "
              + LARGEST_MESSAGE_BYTES);
    }
  }

  /**
   * The minor version that both ends use: the lower of the two newest.
   *
   * @param peer what the peer speaks, a uint32
   */
  public int agreedMinor(int peer) {
    return Integer.compareUnsigned(peer, protocolMinor) < 0 ? peer : protocolMinor;
  }
}
