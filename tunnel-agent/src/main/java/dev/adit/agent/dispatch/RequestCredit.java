package dev.adit.agent.dispatch;

import dev.adit.core.call.ResponseSide;
import dev.adit.core.http2.WriteMeter;
import io.netty.channel.ChannelFutureListener;
import org.jspecify.annotations.Nullable;

/**
 * How much of a call's request has left towards backends. Where it is sent to one after the other,
 * bytes count once, however often they leave: credit must not be granted twice. Confined to the
 * loop of the tunnel.
 */
final class RequestCredit {
  // deps
  private final int everyBytes;
  private final ResponseSide told;

  // state, confined to the loop
  private WriteMeter meter;
  private int opening;
  private long left;
  private long mostLeft;

  /**
   * Of a request of which nothing has left.
   *
   * @param everyBytes how many bytes may leave without being told of
   * @param told how many more bytes have left than ever before
   */
  RequestCredit(int everyBytes, ResponseSide told) {
    this.everyBytes = everyBytes;
    this.told = told;
    meter = new WriteMeter(everyBytes);
  }

  /** The request is sent from its beginning, to another stream. */
  void beginAnew() {
    opening++;
    left = 0;
    meter = new WriteMeter(everyBytes);
  }

  /** What to listen with to a write of this many bytes; null if nobody needs to. */
  @Nullable ChannelFutureListener onWrite(int bytes) {
    int run = meter.onWrite(bytes);
    int current = opening;
    return run == 0 ? null : written -> onLeft(current, run);
  }

  private void onLeft(int of, int bytes) {
    if (of != opening) {
      // What an earlier opening had not sent yet is sent again by this one.
      return;
    }
    left += bytes;
    if (left > mostLeft) {
      int news = (int) (left - mostLeft);
      mostLeft = left;
      told.onRequestConsumed(news);
    }
  }
}
