package dev.adit.core.logging;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.ErrorManager;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines on a thread of its own, {@code log}, so that an event loop that logs never waits for
 * whoever reads: a terminal that is held, a pipe that nobody empties. Lines beyond {@value
 * #MAX_LINES} that wait are left out, and how many is a line once there is room. Any thread.
 */
final class QueuedLines extends Handler {
  static final int MAX_LINES = 4096;

  /** How long a flush waits for somebody who may not read at all. */
  private static final long FLUSH_MILLIS = 1000;

  /**
   * What waits to be written.
   *
   * @param written told when all before it is
   */
  private record Waiting(String text, @Nullable CountDownLatch written) {}

  // deps
  private final PrintStream out;

  // shared
  private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MAX_LINES);

  // shared: lines that found no room, and have not been told of
  private final AtomicLong leftOut = new AtomicLong();

  QueuedLines(PrintStream out, Formatter formatter) {
    this.out = out;
    setLevel(Level.ALL);
    setFormatter(formatter);
    Thread thread = new Thread(this::write, "log");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void publish(LogRecord entry) {
    if (!isLoggable(entry)) {
      return;
    }
    String text;
    try {
      // Here, as parameters may be others by the time it is written.
      text = getFormatter().format(entry);
    } catch (RuntimeException e) {
      reportError("a line of the log", e, ErrorManager.FORMAT_FAILURE);
      return;
    }
    if (!queue.offer(new Waiting(text, null))) {
      leftOut.incrementAndGet();
    }
  }

  private void write() {
    try {
      while (true) {
        Waiting next = queue.take();
        print(next.text());
        long count = leftOut.getAndSet(0);
        if (count > 0) {
          print(getFormatter().format(notice(count)));
        }
        CountDownLatch written = next.written();
        if (written != null || queue.isEmpty()) {
          out.flush();
        }
        if (written != null) {
          written.countDown();
        }
      }
    } catch (InterruptedException e) {
      // Nobody interrupts it but the end of the process.
    }
  }

  private void print(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write(bytes, 0, bytes.length);
  }

  private static LogRecord notice(long count) {
    LogRecord entry =
        new LogRecord(
            Level.WARNING, count + " lines were left out, as this log is not read fast enough");
    entry.setLoggerName(Logging.class.getName());
    return entry;
  }

  /** Waits until all that was published before is written, for at most two seconds. Blocks. */
  @Override
  public void flush() {
    isWritten();
  }

  /** The same; false if it is not, as nobody reads. */
  boolean isWritten() {
    CountDownLatch written = new CountDownLatch(1);
    try {
      return queue.offer(new Waiting("", written), FLUSH_MILLIS, TimeUnit.MILLISECONDS)
          && written.await(FLUSH_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The JVM does this at its end. */
  @Override
  public void close() {
    flush();
  }
}
