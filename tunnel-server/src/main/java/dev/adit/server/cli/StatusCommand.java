package dev.adit.server.cli;

import dev.adit.core.admin.AdminClient;
import dev.adit.core.cli.AddressOption;
import dev.adit.core.cli.StatusOptions;
import dev.adit.core.config.HostPort;
import dev.adit.core.config.SecretRef;
import dev.adit.server.admin.ServerStatus;
import dev.adit.server.cli.output.StatusText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

  @Mixin private final StatusOptions options = new StatusOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    AdminClient client =
        new AdminClient(
            admin.toString(),
            tokenFile == null ? null : new SecretRef.FromFile(tokenFile).read(),
            "--admin",
            tokenFile);
    StatusText text = new StatusText(options.all());
    options.show(
        Objects.requireNonNull(spec).commandLine(),
        () -> client.status(AdminClient.Program.SERVER),
        () ->
            text.of(
                client.status(AdminClient.Program.SERVER, ServerStatus.class), System.nanoTime()));
    return 0;
  }
}
