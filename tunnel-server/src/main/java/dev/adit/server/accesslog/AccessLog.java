package dev.adit.server.accesslog;

import dev.adit.server.config.AccessLogConfig;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line for each call that has ended, and one more for each that has run for long, from a
 * thread of its own: a slow or a full disk delays no call. A queue of {@value #CAPACITY} lines of
 * bounded length lies between; what does not fit is counted, never waited for.
 */
public final class AccessLog implements AutoCloseable {
  /** Lines that wait to be written, at most. */
  static final int CAPACITY = 16 * 1024;

  private static final long CLOSE_MILLIS = 1000;

  // deps
  private final AccessLogConfig config;
  private final @Nullable LineWriter writer;
  private final @Nullable Thread thread;

  // shared: many loops in, the writer out
  private final Queue<CallRecord> queue = PlatformDependent.newFixedMpscQueue(CAPACITY);
  private final DroppedLines dropped = new DroppedLines();

  /**
   * Opens the log.
   *
   * @param stdout where lines go that have no file
   * @throws IOException if the file cannot be opened; its message says which, and why
   */
  public AccessLog(AccessLogConfig config, OutputStream stdout, Clock clock) throws IOException {
    this.config = config;
    writer =
        config.isOn()
            ? new LineWriter(queue, config.format(), sink(config, stdout), dropped, clock)
            : null;
    thread = writer == null ? null : new Thread(writer, "access-log");
    if (thread != null) {
      thread.setDaemon(true);
      thread.start();
    }
  }

  private static LogSink sink(AccessLogConfig config, OutputStream stdout) throws IOException {
    return config.file() == null
        ? new StreamSink(stdout)
        : new LogFile(config.file(), config.maxBytes(), config.keep());
  }

  /** Whether calls are logged at all. Any thread. */
  public boolean isOn() {
    return writer != null;
  }

  /** How long a call runs before {@link #logOpen} is told of it. Any thread. */
  public Duration openAfter() {
    return config.openAfter();
  }

  /**
   * A call has run for long, and goes on. Called on its loop, at most once and before {@link #log};
   * never blocks.
   *
   * @param record borrowed; copied as it is now
   */
  public void logOpen(CallRecord record) {
    if (writer != null && isSampled(record)) {
      offer(record.copy());
    }
  }

  /**
   * A call has ended. Called on its loop, once; never blocks.
   *
   * @param record not to be changed, or read, any more
   */
  public void log(CallRecord record) {
    if (writer != null && (record.isFailure() || isSampled(record))) {
      offer(record);
    }
  }

  private void offer(CallRecord record) {
    record.detach();
    if (!queue.offer(record)) {
      dropped.onFull();
    }
  }

  /** Decided once a call, by chance: callers cannot choose it. */
  private boolean isSampled(CallRecord record) {
    if (config.samplePercent() >= 100) {
      return true;
    }
    if (record.sample == CallRecord.Sample.UNDECIDED) {
      double drawn = ThreadLocalRandom.current().nextDouble(100);
      record.sample = drawn < config.samplePercent() ? CallRecord.Sample.IN : CallRecord.Sample.OUT;
    }
    return record.sample == CallRecord.Sample.IN;
  }

  /** The file may have been moved away, as logrotate does: it is opened again. Any thread. */
  public void reopen() {
    if (writer != null) {
      writer.reopen();
    }
  }

  /** Lines since the start that could not be written, or found too many waiting. Any thread. */
  public long dropped() {
    return dropped.total();
  }

  /** What an operator should look at now; empty if all is well. Any thread. */
  public List<String> warnings() {
    return dropped.warnings();
  }

  /** Writes what waits, for at most a second. */
  @Override
  public void close() {
    if (writer == null || thread == null) {
      return;
    }
    writer.close();
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
