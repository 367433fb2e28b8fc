package dev.adit.core.http2;

import io.netty.channel.ChannelFutureListener;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells when bytes written to one stream have left, without asking for each write: a stream's
 * writes leave in order, so the last one of a run tells for all. What is still unasked for is
 * always less than {@code everyBytes}. Confined to the loop of the connection.
 */
public final class WriteMeter {
  // deps
  private final int everyBytes;
  private final IntConsumer left;

  // state, confined to the loop
  private int unasked;

  /**
   * A meter that has seen nothing.
   *
   * @param everyBytes how many bytes may leave without being told of; must be well below the window
   *     that the telling refills
   * @param left told how many bytes have left, or never will
   */
  public WriteMeter(int everyBytes, IntConsumer left) {
    this.everyBytes = Math.max(1, everyBytes);
    this.left = left;
  }

  /**
   * Counts a write that is about to be made.
   *
   * @return what to listen to it with; null if nobody needs to
   */
  public @Nullable ChannelFutureListener onWrite(int bytes) {
    unasked += bytes;
    if (unasked < everyBytes) {
      return null;
    }
    int told = unasked;
    unasked = 0;
    return written -> left.accept(told);
  }
}
