package dev.adit.core.flow;

import dev.adit.core.call.CallReset;
import dev.adit.core.call.RequestSide;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a caller sends, no more than its flow-control window, until it is known where the call
 * goes. Confined to the loop of the caller's connection.
 */
public final class HeldRequest implements RequestSide {

  // state, confined to the loop; buffers are owned until they are handed on
  private final ChunkQueue kept = new ChunkQueue();
  private boolean keptLast;

  /** The last chunk had no bytes, and is not among those that are kept. */
  private boolean endsEmpty;

  private boolean over;
  private @Nullable RequestSide next;

  /** Hands on what was kept, and from now on what comes. */
  public void handTo(RequestSide side) {
    next = side;
    for (ByteBuf data = kept.poll(); data != null; data = kept.poll()) {
      side.onRequestChunk(data, keptLast && !endsEmpty && kept.isEmpty());
    }
    if (endsEmpty) {
      side.onRequestChunk(Unpooled.EMPTY_BUFFER, true);
    }
  }

  /** Whether the call has ended meanwhile. */
  public boolean isOver() {
    return over;
  }

  @Override
  public void onRequestChunk(ByteBuf data, boolean last) {
    RequestSide side = next;
    if (side != null) {
      side.onRequestChunk(data, last);
    } else if (over) {
      data.release();
    } else {
      keptLast = last;
      endsEmpty = last && !data.isReadable();
      kept.add(data);
    }
  }

  @Override
  public void onResponseConsumed(int bytes) {
    RequestSide side = next;
    if (side != null) {
      side.onResponseConsumed(bytes);
    }
  }

  @Override
  public void onCancel(CallReset reset) {
    RequestSide side = next;
    if (side != null) {
      side.onCancel(reset);
    } else {
      drop();
    }
  }

  /** Lets go of what was kept, and of what still comes: the call goes nowhere. */
  public void drop() {
    over = true;
    kept.discard();
  }
}
