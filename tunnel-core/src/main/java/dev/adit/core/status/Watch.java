package dev.adit.core.status;

import dev.adit.core.process.Signals;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Shows something again and again until SIGINT comes or nobody reads it any more. */
public final class Watch {
  /** Between two texts. */
  public static final int LONGEST_SECONDS = 3600;

  private static final char ESCAPE = 27;

  /** To the top left, and nothing on the screen. */
  private static final String CLEAR = ESCAPE + "[H" + ESCAPE + "[2J";

  /** What is shown. */
  @FunctionalInterface
  public interface Shown {
    /** How it is now; ends with a line's end. */
    String text() throws IOException;
  }

  // deps
  private final Duration interval;
  private final boolean redraw;
  private final PrintWriter out;

  // shared: counted down by the signal
  private final CountDownLatch stop = new CountDownLatch(1);

  /**
   * A watch that has not begun.
   *
   * @param redraw whether each text takes the place of the one before
   */
  public Watch(Duration interval, boolean redraw, PrintWriter out) {
    this.interval = interval;
    this.redraw = redraw;
    this.out = out;
  }

  /**
   * Blocks until the end. Once something was shown, a failure is shown like a text and tried again:
   * what is watched may restart.
   *
   * @throws IOException if the first text cannot be had
   */
  public void run(Shown shown) throws IOException {
    String text = shown.text();
    Signals.on("INT", stop::countDown);
    try {
      do {
        out.print(redraw ? CLEAR + text : text);
        out.flush();
        if (out.checkError() || stop.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        text = next(shown);
      } while (stop.getCount() > 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String next(Shown shown) {
    try {
      return shown.text();
    } catch (IOException e) {
      return "error: " + e.getMessage() + "\n";
    }
  }
}
