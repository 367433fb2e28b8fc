package dev.adit.core.logging;

import dev.adit.core.config.LogConfig;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up what a process logs, ours and that of the libraries alike: one handler writes it all to
 * standard error, and nobody who logs waits for it. Called once, before the first line.
 */
public final class Logging {
  /** Held, because the platform would forget their levels otherwise. */
  private static final Logger EVERYTHING = Logger.getLogger("");

  private static final Logger OURS = Logger.getLogger("dev.adit");

  /** It repeats headers that cannot be sent: a token may be among them. */
  private static final Logger HEADERS = Logger.getLogger("io.grpc.internal.TransportFrameUtil");

  /**
   * It tells, with a stack trace, that a tunnel's stream has ended with something unsent; of the
   * tunnel's end we tell ourselves.
   */
  private static final Logger STREAMS = Logger.getLogger("io.grpc.netty.NettyServerHandler");

  /** The exit code of what fails while it runs. */
  private static final int FAILURE = 1;

  private static final String STREAM_ENDED = "Stream Error";

  private Logging() {}

  /**
   * Takes effect for the whole process: our lines from the level on, those of libraries from warn.
   */
  public static void start(LogConfig config) {
    LogManager.getLogManager().reset();
    EVERYTHING.setLevel(Level.WARNING);
    OURS.setLevel(level(config.level()));
    HEADERS.setLevel(Level.OFF);
    STREAMS.setFilter(entry -> !STREAM_ENDED.equals(entry.getMessage()));
    EVERYTHING.addHandler(new QueuedLines(System.err, formatter(config.format())));
    Thread.setDefaultUncaughtExceptionHandler(Logging::onThreadLost);
  }

  /**
   * What lived on the thread of an event loop is dead from here on, and who comes to it is turned
   * away, while all else looks well: a process that has no memory for its threads ends, for whoever
   * supervises it to start another.
   */
  private static void onThreadLost(Thread thread, Throwable problem) {
    boolean fatal = problem instanceof VirtualMachineError;
    try {
      LoggerFactory.getLogger(Logging.class)
          .error("thread {} ended by itself", thread.getName(), problem);
      if (fatal) {
        flush();
      }
    } finally {
      if (fatal) {
        Runtime.getRuntime().halt(FAILURE);
      }
    }
  }

  /**
   * Waits until all that was logged before is written, for at most two seconds: for what is printed
   * next to come behind it. Blocks.
   */
  public static void flush() {
    for (Handler each : EVERYTHING.getHandlers()) {
      each.flush();
    }
  }

  private static Formatter formatter(LogConfig.Format format) {
    return switch (format) {
      case TEXT -> new TextLines();
      case JSON -> new JsonLines();
    };
  }

  private static Level level(LogConfig.Level level) {
    return switch (level) {
      case ERROR -> Level.SEVERE;
      case WARN -> Level.WARNING;
      case INFO -> Level.INFO;
      case DEBUG -> Level.FINE;
      case TRACE -> Level.FINEST;
    };
  }
}
