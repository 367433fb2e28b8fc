package dev.adit.core.flow;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The request bytes of one call that would have to be sent again if the call has to begin anew
 * elsewhere. At most 64 KiB a call and 16 MiB a process; past either the copy is given up and the
 * call runs on without one. Confined to the call's home loop but for the shared count.
 */
public final class ReplayCopy {
  /** Of one call. */
  public static final int MAX_CALL_BYTES = 64 * 1024;

  private static final long MAX_PROCESS_BYTES = 16L << 20;

  // shared: bytes of all copies of the process
  private final AtomicLong processBytes;

  // state, confined to the loop
  private List<ByteBuf> chunks = List.of();
  private int bytes;
  private boolean last;
  private boolean dropped;

  /**
   * A copy of nothing yet.
   *
   * @param processBytes bytes of all copies of the process
   */
  public ReplayCopy(AtomicLong processBytes) {
    this.processBytes = processBytes;
  }

  /** Whether no bytes are kept. */
  public boolean isEmpty() {
    return chunks.isEmpty();
  }

  /** Whether everything so far can be sent again. */
  public boolean isComplete() {
    return !dropped;
  }

  /**
   * Remembers a chunk.
   *
   * @param data borrowed; not released
   */
  public void keep(ByteBuf data, boolean isLast) {
    if (dropped) {
      return;
    }
    last |= isLast;
    int added = data.readableBytes();
    if (added == 0) {
      return;
    }
    if (bytes + added > MAX_CALL_BYTES || processBytes.addAndGet(added) > MAX_PROCESS_BYTES) {
      if (bytes + added <= MAX_CALL_BYTES) {
        processBytes.addAndGet(-added);
      }
      drop();
      return;
    }
    bytes += added;
    // The copy is the second owner: the tunnel's queue releases its own reference when the chunk
    // has left.
    if (chunks.isEmpty()) {
      chunks = new ArrayList<>(2);
    }
    chunks.add(data.retainedDuplicate());
  }

  /** Hands all of it on again. */
  public void replayTo(Target target) {
    for (ByteBuf chunk : chunks) {
      target.onRequestChunk(chunk.retainedDuplicate(), false);
    }
    if (last) {
      target.onRequestChunk(Unpooled.EMPTY_BUFFER, true);
    }
  }

  /** Takes the chunks again. */
  public interface Target {
    /**
     * A chunk of the request.
     *
     * @param data ownership passes to this method
     */
    void onRequestChunk(ByteBuf data, boolean last);
  }

  /** Frees it: the call is accepted, over, or too large. Safe to call again. */
  public void drop() {
    if (!dropped) {
      dropped = true;
      if (bytes > 0) {
        processBytes.addAndGet(-bytes);
      }
      for (ByteBuf chunk : chunks) {
        chunk.release();
      }
      chunks = List.of();
    }
  }
}
