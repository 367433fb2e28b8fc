package dev.adit.testing.tunnel;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An event loop that runs only when told to, by a clock that moves only when told to. */
public final class HandLoop {
  private final MockTicker ticker;
  private final EmbeddedChannel channel;

  /** A loop of its own. */
  public HandLoop() {
    this(newTicker());
  }

  /** A clock that does not begin at zero, as no clock does: a time left out is not one of now. */
  public static MockTicker newTicker() {
    MockTicker ticker = Ticker.newMockTicker();
    ticker.advance(1, TimeUnit.HOURS);
    return ticker;
  }

  private HandLoop(MockTicker ticker) {
    this(EmbeddedChannel.builder().ticker(ticker).build(), ticker);
  }

  /** The loop of a channel that was made with this ticker. */
  public HandLoop(EmbeddedChannel channel, MockTicker ticker) {
    this.channel = channel;
    this.ticker = ticker;
    channel.pipeline().addFirst(new Turns());
  }

  public EventLoop loop() {
    return channel.eventLoop();
  }

  public MockTicker ticker() {
    return ticker;
  }

  /** Runs what is due now, and what that puts on the loop. */
  public void run() {
    run(() -> {});
  }

  /** Runs something on the loop, then what is due. */
  public void run(Runnable first) {
    if (!channel.isActive()) {
      first.run();
      channel.runPendingTasks();
      return;
    }
    channel.writeInbound(
        (Runnable)
            () -> {
              first.run();
              channel.runPendingTasks();
            });
  }

  /** Moves the clock, then runs what is due. */
  public void advance(Duration by) {
    ticker.advance(by.toNanos(), TimeUnit.NANOSECONDS);
    run();
  }

  /** The process stands still: the clock moves and nothing runs. */
  public void freeze(Duration by) {
    ticker.advance(by.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Whether a timer is left. */
  public boolean hasTimers() {
    return channel.runScheduledPendingTasks() >= 0;
  }

  /**
   * Runs turns from within the pipeline: an embedded channel that is not busy runs its tasks after
   * each write, in the middle of whoever writes.
   */
  private static final class Turns extends ChannelInboundHandlerAdapter {
    private boolean wasTurn;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Runnable turn) {
        turn.run();
        wasTurn = true;
      } else {
        ctx.fireChannelRead(message);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      if (wasTurn) {
        wasTurn = false;
      } else {
        ctx.fireChannelReadComplete();
      }
    }
  }
}
