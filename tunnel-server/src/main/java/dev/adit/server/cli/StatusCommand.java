package dev.adit.server.cli;

import dev.adit.core.admin.AdminClient;
import dev.adit.core.config.SecretRef;
import dev.adit.server.admin.ServerStatus;
import dev.adit.server.registry.UpstreamState;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code status}: how a running server stands. */
@Command(
    name = "status",
    description = "Show agents, groups, rules and calls of a running server.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  tunnel-server status", "  tunnel-server status --admin 127.0.0.1:8004 --json"})
final class StatusCommand implements Callable<Integer> {
  @Option(
      names = "--admin",
      paramLabel = "ADDR",
      defaultValue = "127.0.0.1:8004",
      description = "The server's admin address; default ${DEFAULT-VALUE}.")
  private String admin = "";

  @Option(
      names = "--token-file",
      paramLabel = "F",
      description = "The file with the admin token, where the port asks for one.")
  private @Nullable Path tokenFile;

  @Option(names = "--json", description = "Print the status as JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    AdminClient client =
        new AdminClient(admin, tokenFile == null ? null : new SecretRef.FromFile(tokenFile).read());
    if (json) {
      out.print(client.get("/status"));
      out.flush();
      return 0;
    }
    print(client.get("/status", ServerStatus.class), out);
    return 0;
  }

  private static void print(ServerStatus status, PrintWriter out) {
    out.printf(
        "server   %s, version %s, %s since %s%n",
        status.serverId(), status.version(), status.state(), status.since());
    out.printf(
        "calls    %d running, %d in all, %d connections%n",
        status.calls().running(), status.calls().total(), status.calls().connections());
    ServerStatus.Rules rules = status.rules();
    out.printf(
        "rules    %.12s since %s: %d in %d files, %d refused%n",
        rules.hash(), rules.since(), rules.rules(), rules.files(), rules.refused());
    for (ServerStatus.Group group : status.groups()) {
      out.printf(
          "group    %s: %d calls, agents %s%s%n",
          group.name(),
          group.calls(),
          String.join(" ", group.agents()),
          group.unhealthy().isEmpty()
              ? ""
              : "; passed over now: " + String.join(" ", group.unhealthy()));
    }
    for (ServerStatus.Agent agent : status.agents()) {
      out.printf(
          "agent    %s from %s, %s since %s: groups %s, %d of %d calls%n",
          agent.id(),
          agent.address(),
          agent.version(),
          agent.since(),
          String.join(" ", agent.groups()),
          agent.calls(),
          agent.maxCalls());
      for (ServerStatus.Tunnel tunnel : agent.tunnels()) {
        out.printf(
            "  tunnel on loop %d, round trip %s%n",
            tunnel.loop(),
            tunnel.rttMicros() < 0 ? "not measured yet" : tunnel.rttMicros() + " us");
      }
      for (UpstreamState upstream : agent.upstreams()) {
        out.printf(
            "  upstream %s: %d of %d backends usable%n",
            upstream.name(), upstream.healthy(), upstream.backends());
      }
      for (ServerStatus.Config config : agent.configs()) {
        out.printf(
            "  configuration %.12s of group %s: %s%s%n",
            config.revision(),
            config.group(),
            config.state(),
            config.message().isEmpty() ? "" : ": " + config.message());
      }
    }
    status.warnings().forEach(warning -> out.println("warning  " + warning));
    rules.warnings().forEach(warning -> out.println("warning  " + warning));
  }
}
