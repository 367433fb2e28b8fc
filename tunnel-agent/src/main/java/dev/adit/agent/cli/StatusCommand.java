package dev.adit.agent.cli;

import dev.adit.agent.app.AgentStatusPage;
import dev.adit.core.admin.AdminClient;
import dev.adit.core.cli.AddressOption;
import dev.adit.core.config.HostPort;
import dev.adit.core.process.Terminal;
import dev.adit.core.status.Watch;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code status}: how a running agent stands. */
@Command(
    name = "status",
    description = "Show servers, upstreams and calls of a running agent.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  tunnel-agent status",
      "  tunnel-agent status --watch",
      "  tunnel-agent status --admin 127.0.0.1:8014 --json"
    })
final class StatusCommand implements Callable<Integer> {
  @Option(
      names = "--admin",
      paramLabel = "ADDR",
      converter = AddressOption.class,
      description = "The agent's admin address; default ${DEFAULT-VALUE}.")
  private HostPort admin = new HostPort("127.0.0.1", 8014);

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

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CommandLine command = Objects.requireNonNull(spec).commandLine();
    if (seconds != null && (seconds < 1 || seconds > Watch.LONGEST_SECONDS)) {
      throw new ParameterException(
          command, "expected --watch SECONDS of 1 to " + Watch.LONGEST_SECONDS);
    }
    PrintWriter out = command.getOut();
    AdminClient client = new AdminClient(admin.toString(), null);
    Watch.Shown shown =
        () ->
            json
                ? client.status(AdminClient.Program.AGENT)
                : StatusText.of(
                    client.status(AdminClient.Program.AGENT, AgentStatusPage.class), all);
    if (seconds == null) {
      out.print(shown.text());
      out.flush();
    } else {
      new Watch(Duration.ofSeconds(seconds), !json && Terminal.isThere(), out).run(shown);
    }
    return 0;
  }
}
