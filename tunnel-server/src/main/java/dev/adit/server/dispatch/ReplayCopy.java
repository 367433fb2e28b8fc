package dev.adit.server.dispatch;

import dev.adit.core.call.RequestSide;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The request bytes of one call that would have to be sent again if it is placed again. At most 64 KiB a call and 16 MiB a server; past either
 * the copy is given up and the call runs on without one. Confined to the loop of the caller's connection but for the shared count.
 */
final class ReplayCopy {
  static final int MAX_CALL_BYTES = 64 * 1024;
  static final long MAX_SERVER_BYTES = 16L << 20;

  // shared: bytes of all copies of the server
  private final AtomicLong serverBytes;

  // state, confined to the loop
  private final List<ByteBuf> chunks = new ArrayList<>(2);
  private int bytes;
  private boolean last;
  private boolean dropped;

  ReplayCopy(AtomicLong serverBytes) {
    this.serverBytes = serverBytes;
  }

  /** Whether everything so far can be sent again. */
  boolean isComplete() {
    return !dropped;
  }

  /**
   * Remembers a chunk.
   *
   * @param data borrowed; not released
   */
  void keep(ByteBuf data, boolean isLast) {
    if (dropped) {
      return;
    }
    last |= isLast;
    int added = data.readableBytes();
    if (added == 0) {
      return;
    }
    if (bytes + added > MAX_CALL_BYTES || serverBytes.addAndGet(added) > MAX_SERVER_BYTES) {
      if (bytes + added <= MAX_CALL_BYTES) {
        serverBytes.addAndGet(-added);
      }
      drop();
      return;
    }
    bytes += added;
    // The copy is the second owner: the tunnel's queue releases its own reference when the chunk has left.
    chunks.add(data.retainedDuplicate());
  }

  /** Sends all of it to another agent. */
  void replayTo(RequestSide side) {
    for (ByteBuf chunk : chunks) {
      side.onRequestChunk(chunk.retainedDuplicate(), false);
    }
    if (last) {
      side.onRequestChunk(Unpooled.EMPTY_BUFFER, true);
    }
  }

  /** Frees it: the call is accepted, over, or too large. Safe to call again. */
  void drop() {
    if (!dropped) {
      dropped = true;
      serverBytes.addAndGet(-bytes);
      chunks.forEach(ByteBuf::release);
      chunks.clear();
    }
  }
}
