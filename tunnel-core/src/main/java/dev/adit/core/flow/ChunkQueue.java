package dev.adit.core.flow;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Body bytes of one call in one direction that wait for credit or for their turn. Owns what it
 * holds. Bounded by the window of whoever fills it. Confined to the loop of the tunnel stream.
 */
public final class ChunkQueue {
  private static final int SMALL = 1024;
  private static final int MERGED = 16 * 1024;

  private @Nullable ByteBuf first;

  /** Behind the first; null: most calls never have a second. */
  private @Nullable ArrayDeque<ByteBuf> more;

  private int bytes;

  /** The last chunk is a buffer we made to copy small chunks into; nobody else holds it. */
  private boolean lastIsOurs;

  /** Bytes that wait. */
  public int bytes() {
    return bytes;
  }

  public boolean isEmpty() {
    return first == null;
  }

  /**
   * Adds at the end. A run of small chunks is copied together, so that a few bytes that wait long
   * do not keep the large buffers alive that they came in.
   *
   * @param chunk ownership passes to this method; an empty one is released at once
   */
  public void add(ByteBuf chunk) {
    int added = chunk.readableBytes();
    if (added == 0) {
      chunk.release();
      return;
    }
    try {
      if (added <= SMALL && merge(chunk)) {
        bytes += added;
        return;
      }
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      chunk.release();
      throw e;
    }
    bytes += added;
    addLast(chunk);
    lastIsOurs = false;
  }

  private void addLast(ByteBuf chunk) {
    if (first == null) {
      first = chunk;
      return;
    }
    if (more == null) {
      more = new ArrayDeque<>(2);
    }
    more.addLast(chunk);
  }

  private @Nullable ByteBuf last() {
    return more == null || more.isEmpty() ? first : more.peekLast();
  }

  private void replaceLast(ByteBuf chunk) {
    if (more == null || more.pollLast() == null) {
      first = chunk;
    } else {
      more.addLast(chunk);
    }
  }

  private boolean merge(ByteBuf chunk) {
    ByteBuf tail = last();
    if (tail == null) {
      return false;
    }
    if (!lastIsOurs && tail.readableBytes() <= SMALL) {
      ByteBuf own = tail.alloc().buffer(2 * SMALL, MERGED);
      own.writeBytes(tail);
      tail.release();
      tail = own;
      replaceLast(own);
      lastIsOurs = true;
    }
    if (!lastIsOurs || tail.maxWritableBytes() < chunk.readableBytes()) {
      return false;
    }
    tail.writeBytes(chunk);
    chunk.release();
    return true;
  }

  /**
   * Moves up to {@code length} bytes from the front to the end of {@code target}.
   *
   * @param target borrowed; must have room
   * @param length at most {@link #bytes}
   */
  public void drainTo(ByteBuf target, int length) {
    int left = length;
    for (ByteBuf chunk = first; chunk != null && left > 0; chunk = first) {
      int part = Math.min(left, chunk.readableBytes());
      target.writeBytes(chunk, part);
      left -= part;
      if (!chunk.isReadable()) {
        takeFirst();
        chunk.release();
      }
    }
    bytes -= length;
  }

  /** Takes the first chunk out, whose ownership passes to the caller; null: none is left. */
  public @Nullable ByteBuf poll() {
    ByteBuf taken = first;
    if (taken != null) {
      bytes -= taken.readableBytes();
      takeFirst();
    }
    return taken;
  }

  /** Releases everything. The one bulk release, made once when the call's direction ends early. */
  public void discard() {
    for (ByteBuf chunk = poll(); chunk != null; chunk = poll()) {
      chunk.release();
    }
    bytes = 0;
  }

  private void takeFirst() {
    first = more == null ? null : more.pollFirst();
    lastIsOurs &= first != null;
  }
}
