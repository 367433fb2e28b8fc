package dev.adit.testing.logging;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Keeps what is logged from a level on, by whatever thread, from its start to its {@link #close}.
 */
public final class LoggedLines implements AutoCloseable {
  /** Held, because the platform would forget the handler otherwise. */
  private final Logger logger;

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Handler handler;

  /**
   * Starts to keep lines.
   *
   * @param name of the logger whose lines, and those below it, are kept; empty: all
   */
  public LoggedLines(String name, Level from) {
    logger = Logger.getLogger(name);
    handler = new Recorder(lines, from);
    logger.addHandler(handler);
  }

  /** {@code LEVEL LOGGER - TEXT}, in the order they came, as the log file has them. */
  public List<String> all() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    logger.removeHandler(handler);
  }

  private static final class Recorder extends Handler {
    private final List<String> lines;

    Recorder(List<String> lines, Level from) {
      this.lines = lines;
      setLevel(from);
    }

    @Override
    public void publish(LogRecord line) {
      if (isLoggable(line)) {
        String name = line.getLoggerName();
        String simple = name.substring(name.lastIndexOf('.') + 1);
        lines.add(line.getLevel() + " " + simple + " - " + line.getMessage());
      }
    }

    @Override
    public void flush() {
      // Nothing is held back.
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
