package dev.adit.agent.cli;

import dev.adit.agent.app.AgentStatusPage;
import dev.adit.core.admin.AdminClient;
import dev.adit.core.cli.AddressOption;
import dev.adit.core.cli.StatusOptions;
import dev.adit.core.config.HostPort;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

  @Mixin private final StatusOptions options = new StatusOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    AdminClient client = new AdminClient(admin.toString(), null);
    options.show(
        Objects.requireNonNull(spec).commandLine(),
        () -> client.status(AdminClient.Program.AGENT),
        () ->
            StatusText.of(
                client.status(AdminClient.Program.AGENT, AgentStatusPage.class), options.all()));
    return 0;
  }
}
