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
  private @Nullable ByteBuf newest;

  // Where its bytes stand: whoever else owns it moves its indices.
  private int start;
  private int length;

  /** The newest is a buffer of ours into which small chunks are copied together. It never moves. */
  private boolean joins;

  /** Those before the newest: most calls have none. */
  private List<ByteBuf> older = List.of();

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
    return newest == null;
  }

  /** Whether everything so far can be sent again. */
  public boolean isComplete() {
    return !dropped;
  }

  /**
   * Remembers a chunk.
   *
   * @param data borrowed; a reference is kept, and whose next owner it is may move its indices
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
    if (added > SMALL_BYTES || !join(data)) {
      // Its next owner releases a reference of its own when the chunk has left.
      append(data.retain(), data.readerIndex(), added);
      joins = false;
    }
    bytes += added;
  }

  private void append(ByteBuf chunk, int from, int count) {
    ByteBuf before = newest;
    if (before != null) {
      if (older.isEmpty()) {
        older = new ArrayList<>();
      }
      older.add(before.slice(start, length));
    }
    newest = chunk;
    start = from;
    length = count;
  }

  /**
   * Copies a small chunk to those before it, so that a run of them does not keep the large buffers
   * alive that they came in; false for one that is not behind another.
   */
  private boolean join(ByteBuf data) {
    int added = data.readableBytes();
    ByteBuf to = newest;
    if (to == null || (!joins && length > SMALL_BYTES)) {
      return false;
    }
    if (!joins || to.writableBytes() < added) {
      // Not one that grows: what was handed on of it may be read on another loop.
      int size = Math.max(2 * SMALL_BYTES, Math.min(bytes, MOST_BLOCK_BYTES));
      ByteBuf made = data.alloc().buffer(size, size);
      if (joins) {
        append(made, 0, 0);
      } else {
        made.writeBytes(to, start, length);
        to.release();
        newest = made;
        start = 0;
        joins = true;
      }
      to = made;
    }
    to.writeBytes(data, data.readerIndex(), added);
    length += added;
    return true;
  }

  /** How many buffers are held. */
  int buffers() {
    return older.size() + (newest == null ? 0 : 1);
  }

  /** Hands all of it on again. */
  public void replayTo(Target target) {
    ByteBuf end = newest;
    // Whoever takes a chunk may end the call, and with that drop the copy.
    for (Iterator<ByteBuf> left = older.iterator(); !dropped && left.hasNext(); ) {
      target.onRequestChunk(left.next().retainedDuplicate(), false);
    }
    if (end != null && !dropped) {
      target.onRequestChunk(end.retainedSlice(start, length), false);
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
      if (newest != null) {
        newest.release();
        newest = null;
      }
      if (!older.isEmpty()) {
        older.forEach(ByteBuf::release);
        older = List.of();
      }
    }
  }
}
