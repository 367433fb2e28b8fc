package dev.adit.agent.cli;

import dev.adit.agent.app.AgentStatusPage;
import dev.adit.agent.sync.HandedStatus;
import dev.adit.core.admin.AdminClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code status}: how a running agent stands. */
@Command(
    name = "status",
    description = "Show servers, upstreams and calls of a running agent.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  tunnel-agent status", "  tunnel-agent status --admin 127.0.0.1:8014 --json"})
final class StatusCommand implements Callable<Integer> {
  @Option(
      names = "--admin",
      paramLabel = "ADDR",
      defaultValue = "127.0.0.1:8014",
      description = "The agent's admin address; default ${DEFAULT-VALUE}.")
  private String admin = "";

  @Option(names = "--json", description = "Print the status as JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    AdminClient client = new AdminClient(admin, null);
    if (json) {
      out.print(client.get("/status"));
      out.flush();
      return 0;
    }
    print(client.get("/status", AgentStatusPage.class), out);
    return 0;
  }

  private static void print(AgentStatusPage status, PrintWriter out) {
    out.printf(
        "agent    %s, version %s, %s since %s%n",
        status.agent(), status.version(), status.state(), status.since());
    out.printf(
        "servers  %d of %d connected: %s%n",
        status.connected(), status.servers().size(), String.join(" ", status.servers()));
    out.printf("calls    %d running, %d in all%n", status.callsRunning(), status.callsTotal());
    for (AgentStatusPage.UpstreamPage upstream : status.upstreams()) {
      out.printf(
          "upstream %s%s%n",
          upstream.name(),
          upstream.group().isEmpty() ? "" : " of group " + upstream.group() + ", from a server");
      for (AgentStatusPage.BackendPage backend : upstream.backends()) {
        out.printf(
            "  backend %s: %s%s, %d calls%n",
            backend.address(),
            !backend.healthy()
                ? "not healthy"
                : backend.reachable() ? "no failure known" : "unreachable",
            backend.circuit().isEmpty() ? "" : ", circuit " + backend.circuit(),
            backend.calls());
      }
    }
    for (HandedStatus handed : status.handed()) {
      out.printf(
          "handed   group %s by %s: %.12s %s%s%n",
          handed.group(),
          handed.server(),
          handed.revision(),
          handed.served() ? "served" : "refused",
          handed.message().isEmpty() ? "" : ": " + handed.message());
    }
  }
}
