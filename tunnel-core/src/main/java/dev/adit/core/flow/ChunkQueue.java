package dev.adit.core.flow;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Body bytes of one call in one direction that wait for credit or for their turn. Owns what it
 * holds. Bounded by the window of whoever fills it. Confined to the loop of the tunnel stream.
 */
public final class ChunkQueue {
  private static final int SMALL = 1024;
  private static final int MERGED = 16 * 1024;

  private @Nullable ByteBuf[] chunks = new ByteBuf[2];
  private int head;
  private int count;
  private int bytes;

  /** The last chunk is a buffer we made to copy small chunks into; nobody else holds it. */
  private boolean lastIsOurs;

  /** Bytes that wait. */
  public int bytes() {
    return bytes;
  }

  public boolean isEmpty() {
    return count == 0;
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
      if (added <= SMALL && count > 0 && merge(chunk)) {
        bytes += added;
        return;
      }
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      chunk.release();
      throw e;
    }
    bytes += added;
    if (count == chunks.length) {
      grow();
    }
    chunks[(head + count) % chunks.length] = chunk;
    count++;
    lastIsOurs = false;
  }

  private boolean merge(ByteBuf chunk) {
    int at = (head + count - 1) % chunks.length;
    ByteBuf tail = chunks[at];
    assert tail != null;
    if (!lastIsOurs && tail.readableBytes() <= SMALL) {
      ByteBuf own = tail.alloc().buffer(2 * SMALL, MERGED);
      own.writeBytes(tail);
      tail.release();
      tail = own;
      chunks[at] = own;
      lastIsOurs = true;
    }
    if (!lastIsOurs || tail.maxWritableBytes() < chunk.readableBytes()) {
      return false;
    }
    tail.writeBytes(chunk);
    chunk.release();
    return true;
  }

  private void grow() {
    @Nullable ByteBuf[] larger = new ByteBuf[2 * count];
    for (int i = 0; i < count; i++) {
      larger[i] = chunks[(head + i) % count];
    }
    chunks = larger;
    head = 0;
  }

  /**
   * Moves up to {@code length} bytes from the front to the end of {@code target}.
   *
   * @param target borrowed; must have room
   * @param length at most {@link #bytes}
   */
  public void drainTo(ByteBuf target, int length) {
    int left = length;
    while (left > 0) {
      ByteBuf chunk = chunks[head];
      assert chunk != null;
      int part = Math.min(left, chunk.readableBytes());
      target.writeBytes(chunk, part);
      left -= part;
      if (!chunk.isReadable()) {
        removeFirst(chunk);
      }
    }
    bytes -= length;
  }

  /** Takes the first chunk out, whose ownership passes to the caller; null: none is left. */
  @Nullable ByteBuf poll() {
    ByteBuf first = chunks[head];
    if (first == null) {
      return null;
    }
    bytes -= first.readableBytes();
    takeFirst();
    return first;
  }

  /** Releases everything. The one bulk release, made once when the call's direction ends early. */
  public void discard() {
    while (count > 0) {
      ByteBuf chunk = chunks[head];
      assert chunk != null;
      removeFirst(chunk);
    }
    bytes = 0;
  }

  private void removeFirst(ByteBuf chunk) {
    takeFirst();
    chunk.release();
  }

  private void takeFirst() {
    chunks[head] = null;
    head = (head + 1) % chunks.length;
    count--;
    lastIsOurs &= count > 0;
  }
}
