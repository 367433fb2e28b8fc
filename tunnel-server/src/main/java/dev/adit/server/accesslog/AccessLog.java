package dev.adit.server.accesslog;

import dev.adit.server.config.AccessLogConfig;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line a call, from a thread of its own: a slow disk delays no call. A queue of {@value
 * #CAPACITY} lines lies between; what does not fit is counted and said once in a while, never
 * waited for.
 */
public final class AccessLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AccessLog.class);
  private static final int CAPACITY = 16 * 1024;
  private static final long IDLE_POLL_MILLIS = 200;

  // deps
  private final @Nullable LineFormat format;
  private final Writer out;
  private final @Nullable Thread writer;

  // shared
  private final BlockingQueue<CallRecord> queue = new ArrayBlockingQueue<>(CAPACITY);
  private final AtomicLong dropped = new AtomicLong();
  private volatile boolean closed;

  /**
   * Opens the log.
   *
   * @param stdout where lines go that have no file
   */
  public AccessLog(AccessLogConfig config, OutputStream stdout, Clock clock) throws IOException {
    OutputStream target =
        config.file() == null || !config.isOn()
            ? stdout
            : Files.newOutputStream(
                config.file(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    out = new BufferedWriter(new OutputStreamWriter(target, StandardCharsets.UTF_8));
    format = config.isOn() ? new LineFormat(config.format(), clock) : null;
    writer = format == null ? null : new Thread(this::writeLines, "access-log");
    if (writer != null) {
      writer.setDaemon(true);
      writer.start();
    }
  }

  /**
   * A call has ended. Any thread; never blocks.
   *
   * @param record not to be changed any more
   */
  public void log(CallRecord record) {
    if (format != null && !queue.offer(record)) {
      dropped.incrementAndGet();
    }
  }

  /** Lines that did not fit and have not been told of yet. */
  long dropped() {
    return dropped.get();
  }

  private void writeLines() {
    boolean failing = false;
    while (!closed || !queue.isEmpty()) {
      try {
        writeWaiting();
        failing = false;
      } catch (IOException e) {
        if (!failing) {
          log.error("the access log cannot be written: {}", e.toString());
        }
        failing = true;
      } catch (InterruptedException e) {
        // Asked to end: what waits is still written.
        closed = true;
      }
    }
  }

  private void writeWaiting() throws IOException, InterruptedException {
    CallRecord record = queue.poll(IDLE_POLL_MILLIS, TimeUnit.MILLISECONDS);
    LineFormat lines = format;
    if (record == null || lines == null) {
      return;
    }
    while (record != null) {
      out.write(lines.line(record));
      record = queue.poll();
    }
    out.flush();
    long lost = dropped.getAndSet(0);
    if (lost > 0) {
      log.warn("{} access log lines were dropped: the log is slower than the calls", lost);
    }
  }

  /** Writes what waits, for at most a second. */
  @Override
  public void close() {
    closed = true;
    if (writer == null) {
      return;
    }
    try {
      writer.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
