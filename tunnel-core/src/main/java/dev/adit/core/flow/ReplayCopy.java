package dev.adit.core.flow;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The request bytes of one call that would have to be sent again if the call has to begin anew
 * elsewhere. At most 64 KiB a call and 16 MiB a process; past either the copy is given up and the
 * call runs on without one. Confined to the call's home loop but for the shared count.
 */
public final class ReplayCopy {
  /** Of one call. */
  public static final int MAX_CALL_BYTES = 64 * 1024;

  private static final long MAX_PROCESS_BYTES = 16L << 20;

  /** A chunk up to here may be the smallest part of the buffer that it came in. */
  private static final int SMALL_BYTES = 1024;

  private static final int MOST_BLOCK_BYTES = 16 * 1024;

  // shared: bytes of all copies of the process
  private final AtomicLong processBytes;

  // state, confined to the loop
  private List<ByteBuf> chunks = List.of();

  /** The last of the chunks, if small ones are copied together there. It never moves. */
  private @Nullable ByteBuf block;

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
    if (chunks.size() == 1) {
      chunks = new ArrayList<>(chunks);
    }
    if (chunks.isEmpty()) {
      // Most calls have no second one.
      chunks = List.of(secondOwner(data));
    } else if (added > SMALL_BYTES || !join(data)) {
      chunks.add(secondOwner(data));
      block = null;
    }
    bytes += added;
  }

  /** The tunnel's queue releases its own reference when the chunk has left. */
  private static ByteBuf secondOwner(ByteBuf data) {
    return data.retainedDuplicate();
  }

  /**
   * Copies a small chunk to those before it, so that a run of them does not keep the large buffers
   * alive that they came in; false for one that is not behind another.
   */
  private boolean join(ByteBuf data) {
    int added = data.readableBytes();
    ByteBuf to = block;
    if (to == null || to.writableBytes() < added) {
      int at = chunks.size() - 1;
      ByteBuf before = at < 0 ? null : chunks.get(at);
      if (before == null || (to == null && before.readableBytes() > SMALL_BYTES)) {
        return false;
      }
      // Not one that grows: what was handed on of it may be read on another loop.
      int size = Math.max(2 * SMALL_BYTES, Math.min(bytes, MOST_BLOCK_BYTES));
      ByteBuf made = data.alloc().buffer(size, size);
      if (to == null) {
        made.writeBytes(before, before.readerIndex(), before.readableBytes());
        before.release();
        chunks.set(at, made);
      } else {
        chunks.add(made);
      }
      block = made;
      to = made;
    }
    to.writeBytes(data, data.readerIndex(), added);
    return true;
  }

  /** How many buffers are held. */
  int buffers() {
    return chunks.size();
  }

  /** Hands all of it on again. */
  public void replayTo(Target target) {
    for (Iterator<ByteBuf> left = chunks.iterator(); !dropped && left.hasNext(); ) {
      // It may end the call, and with that drop the copy.
      target.onRequestChunk(left.next().retainedDuplicate(), false);
    }
    if (last && !dropped) {
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
      block = null;
    }
  }
}
