package dev.adit.server.accesslog;

import dev.adit.server.config.AccessLogConfig;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.time.Clock;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what waits, on a thread of its own. Looks for it {@value #LOOKS_PER_SECOND} times a second
 * rather than being woken: that would cost each call more than its line does.
 */
final class LineWriter implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(LineWriter.class);
  private static final int LOOKS_PER_SECOND = 50;
  private static final int BATCH_BYTES = 64 * 1024;

  // deps
  private final Queue<CallRecord> queue;
  private final LineFormat format;
  private final LogSink sink;
  private final DroppedLines dropped;
  private final Clock clock;
  private final Ticker ticker = Ticker.systemTicker();

  // shared
  private volatile boolean closed;
  private volatile boolean reopen;

  // state, confined to the thread
  private final LineBuffer lines = new LineBuffer(BATCH_BYTES);

  LineWriter(
      Queue<CallRecord> queue,
      AccessLogConfig.Format format,
      LogSink sink,
      DroppedLines dropped,
      Clock clock) {
    this.queue = queue;
    this.format = new LineFormat(format);
    this.sink = sink;
    this.dropped = dropped;
    this.clock = clock;
  }

  /** The file may have been moved away. Any thread. */
  void reopen() {
    reopen = true;
  }

  /** Write what waits, then end. Any thread. */
  void close() {
    closed = true;
  }

  @Override
  public void run() {
    boolean ending = false;
    while (!ending) {
      ending = closed;
      if (reopen) {
        reopen = false;
        sink.reopen();
      }
      while (writeBatch()) {
        // There may be more.
      }
      dropped.look();
      if (!ending) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1) / LOOKS_PER_SECOND);
      }
    }
    try {
      sink.close();
    } catch (IOException e) {
      log.warn("the access log could not be closed: {}", e.toString());
    }
  }

  /**
   * Writes as many lines as are written at once.
   *
   * @return false if none waited
   */
  private boolean writeBatch() {
    @Nullable CallRecord record = queue.poll();
    if (record == null) {
      return false;
    }
    lines.clear();
    long nowNanos = ticker.nanoTime();
    long nowMillis = clock.millis();
    int count = 0;
    while (record != null) {
      long age = nowNanos - record.loggedNanos();
      format.append(lines, record, nowMillis - TimeUnit.NANOSECONDS.toMillis(age));
      count++;
      record = lines.length() < BATCH_BYTES ? queue.poll() : null;
    }
    int written = sink.write(lines.array(), lines.length());
    if (written == lines.length()) {
      dropped.onWritten();
    } else {
      dropped.onFailure(count - count(lines.array(), written), sink.problem());
    }
    return true;
  }

  private static int count(byte[] lines, int length) {
    int count = 0;
    for (int i = 0; i < length; i++) {
      count += lines[i] == '\n' ? 1 : 0;
    }
    return count;
  }
}
