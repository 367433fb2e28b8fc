package dev.adit.core.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** Who logs waits for nobody who reads. */
final class QueuedLinesTest {
  private static final Formatter TEXT =
      new Formatter() {
        @Override
        public String format(LogRecord entry) {
          return formatMessage(entry) + "\n";
        }
      };

  /** A pipe that nobody empties until it is let go. */
  private static final class HeldPipe extends OutputStream {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      begun.countDown();
      try {
        released.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      written.write(bytes, offset, length);
    }

    List<String> lines() {
      return written.toString(StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static QueuedLines into(OutputStream out) {
    return new QueuedLines(new PrintStream(out, true, StandardCharsets.UTF_8), TEXT);
  }

  @Test
  void linesComeInTheirOrderAndAreThereAfterAFlush() {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    QueuedLines lines = into(written);
    for (int i = 0; i < 100; i++) {
      lines.publish(new LogRecord(Level.INFO, "line é " + i));
    }
    assertTrue(lines.isWritten());
    List<String> all = written.toString(StandardCharsets.UTF_8).lines().toList();
    assertEquals(100, all.size());
    assertEquals("line é 99", all.get(99));
  }

  /** Whoever holds a terminal with Ctrl-S holds no call. */
  @Test
  void whoLogsDoesNotWaitAndWhatDoesNotFitIsCounted() throws Exception {
    HeldPipe pipe = new HeldPipe();
    QueuedLines lines = into(pipe);
    lines.publish(new LogRecord(Level.INFO, "first"));
    pipe.begun.await();
    for (int i = 0; i < QueuedLines.MAX_LINES + 7; i++) {
      lines.publish(new LogRecord(Level.INFO, "more"));
    }
    assertFalse(lines.isWritten());
    pipe.released.countDown();
    lines.flush();
    assertTrue(lines.isWritten());
    List<String> all = pipe.lines();
    assertEquals("first", all.get(0));
    assertEquals("7 lines were left out, as this log is not read fast enough", all.get(1));
    assertEquals(QueuedLines.MAX_LINES + 2, all.size());
  }

  @Test
  void lineThatCannotBeMadeIsNoProblemOfWhoLogs() {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    QueuedLines lines =
        new QueuedLines(
            new PrintStream(written, true, StandardCharsets.UTF_8),
            new Formatter() {
              @Override
              public String format(LogRecord entry) {
                if (entry.getMessage().equals("bad")) {
                  throw new IllegalStateException("on purpose");
                }
                return entry.getMessage() + "\n";
              }
            });
    lines.publish(new LogRecord(Level.INFO, "bad"));
    lines.publish(new LogRecord(Level.INFO, "good"));
    assertTrue(lines.isWritten());
    assertEquals("good\n", written.toString(StandardCharsets.UTF_8));
  }
}
