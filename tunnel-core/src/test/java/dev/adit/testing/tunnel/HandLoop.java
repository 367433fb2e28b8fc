package dev.adit.testing.tunnel;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An event loop that runs only when told to, by a clock that moves only when told to. */
public final class HandLoop {
  private final MockTicker ticker = Ticker.newMockTicker();
  private final EmbeddedChannel channel = EmbeddedChannel.builder().ticker(ticker).build();

  public EventLoop loop() {
    return channel.eventLoop();
  }

  public MockTicker ticker() {
    return ticker;
  }

  /** Runs what is due now, and what that puts on the loop. */
  public void run() {
    channel.runPendingTasks();
  }

  /** Moves the clock, then runs what is due. */
  public void advance(Duration by) {
    ticker.advance(by.toNanos(), TimeUnit.NANOSECONDS);
    channel.runPendingTasks();
  }

  /** The process stands still: the clock moves and nothing runs. */
  public void freeze(Duration by) {
    ticker.advance(by.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Whether a timer is left. */
  public boolean hasTimers() {
    return channel.runScheduledPendingTasks() >= 0;
  }
}
