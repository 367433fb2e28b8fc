package dev.adit.core.cli;

import dev.adit.core.process.Terminal;
import dev.adit.core.status.Watch;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How a {@code status} is shown: to people or programs, once or for as long as they look. */
public final class StatusOptions {
  @Option(names = "--json", description = "Print the status as JSON.")
  private boolean json;

  @Option(names = "--all", description = "Show long lists whole.")
  private boolean all;

  @Option(
      names = "--watch",
      arity = "0..1",
      fallbackValue = "2",
      paramLabel = "SECONDS",
      description =
          "Show it anew every SECONDS, ${FALLBACK-VALUE} if none are given, until Ctrl-C.")
  private @Nullable Integer seconds;

  /** Whether lists are shown whole. */
  public boolean all() {
    return all;
  }

  /**
   * Shows a status; with {@code --watch}, blocks until nobody looks any more.
   *
   * @param forPrograms gives it as JSON
   * @throws IOException if it cannot be had
   */
  public void show(CommandLine command, Watch.Shown forPrograms, Watch.Shown forPeople)
      throws IOException {
    if (seconds != null && (seconds < 1 || seconds > Watch.LONGEST_SECONDS)) {
      throw new ParameterException(
          command, "expected --watch SECONDS of 1 to " + Watch.LONGEST_SECONDS);
    }
    PrintWriter out = command.getOut();
    Watch.Shown shown = json ? forPrograms : forPeople;
    if (seconds == null) {
      out.print(shown.text());
      out.flush();
    } else {
      new Watch(Duration.ofSeconds(seconds), !json && Terminal.isThere(), out).run(shown);
    }
  }
}
