package dev.adit.server.cli;

import dev.adit.core.admin.AdminClient;
import dev.adit.core.cli.AddressOption;
import dev.adit.core.config.HostPort;
import dev.adit.core.config.SecretRef;
import dev.adit.core.process.Terminal;
import dev.adit.core.status.Watch;
import dev.adit.server.admin.ServerStatus;
import dev.adit.server.cli.output.StatusText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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

/** {@code status}: how a running server stands. */
@Command(
    name = "status",
    description = "Show agents, groups, rules and calls of a running server.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  tunnel-server status",
      "  tunnel-server status --watch",
      "  tunnel-server status --admin 127.0.0.1:8004 --json"
    })
final class StatusCommand implements Callable<Integer> {
  @Option(
      names = "--admin",
      paramLabel = "ADDR",
      converter = AddressOption.class,
      description = "The server's admin address; default ${DEFAULT-VALUE}.")
  private HostPort admin = new HostPort("127.0.0.1", 8004);

  @Option(
      names = "--token-file",
      paramLabel = "F",
      description = "The file with the admin token, where the port asks for one.")
  private @Nullable Path tokenFile;

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
    AdminClient client =
        new AdminClient(
            admin.toString(),
            tokenFile == null ? null : new SecretRef.FromFile(tokenFile).read(),
            "--admin",
            tokenFile);
    StatusText text = new StatusText(all);
    Watch.Shown shown =
        () ->
            json
                ? client.status(AdminClient.Program.SERVER)
                : text.of(
                    client.status(AdminClient.Program.SERVER, ServerStatus.class),
                    System.nanoTime());
    if (seconds == null) {
      out.print(shown.text());
      out.flush();
    } else {
      new Watch(Duration.ofSeconds(seconds), !json && Terminal.isThere(), out).run(shown);
    }
    return 0;
  }
}
