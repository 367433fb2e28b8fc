package dev.adit.agent.cli;

import dev.adit.agent.app.AgentStatusPage;
import dev.adit.agent.sync.HandedStatus;
import dev.adit.core.status.Sheet;
import dev.adit.core.tls.CertificateStatus;

/** How an agent stands, for people. */
final class StatusText {
  /** Entries of a list, and words of a line. */
  private static final int MOST = 10;

  private StatusText() {}

  /**
   * The text of a status.
   *
   * @param all whether lists are shown whole
   */
  static String of(AgentStatusPage status, boolean all) {
    Sheet sheet = new Sheet(all);
    sheet.line("agent", status.agent() + ", version " + status.version());
    sheet.line("", Sheet.state(status.state(), status.since()));
    sheet.line("servers", status.connected() + " of " + status.servers().size() + " connected");
    sheet.list("server", status.dialed(), MOST, each -> server(sheet, each));
    sheet.line("calls", status.callsRunning() + " running, " + status.callsTotal() + " in all");
    sheet.list("upstream", status.upstreams(), MOST, each -> upstream(sheet, each));
    sheet.list("handed", status.handed(), MOST, each -> handed(sheet, each));
    sheet.list("cert", status.certificates(), MOST, each -> certificate(sheet, each));
    sheet.list("warning", status.warnings(), MOST, each -> sheet.line("warning", each));
    return sheet.toString();
  }

  private static void server(Sheet sheet, AgentStatusPage.ServerPage server) {
    String where =
        server.address().isEmpty() || server.address().equals(server.server())
            ? server.server()
            : server.server() + " at " + server.address();
    sheet.line("server", where + ": " + Sheet.count(server.tunnels().size(), "tunnel", "tunnels"));
    if (!server.tunnels().isEmpty()) {
      sheet.line("", tunnels(sheet, server));
    }
    if (!server.problem().isEmpty()) {
      sheet.line("", server.problem());
    }
  }

  private static String tunnels(Sheet sheet, AgentStatusPage.ServerPage server) {
    return sheet.words(
        server.tunnels().stream()
            .map(
                each ->
                    "loop "
                        + each.loop()
                        + " "
                        + Sheet.roundTrip(each.rttMicros())
                        + " "
                        + Sheet.count(each.calls(), "call", "calls"))
            .toList(),
        ", ",
        MOST);
  }

  private static void upstream(Sheet sheet, AgentStatusPage.UpstreamPage upstream) {
    sheet.line(
        "upstream",
        upstream.name()
            + (upstream.group().isEmpty()
                ? ""
                : " of group " + upstream.group() + ", from a server"));
    sheet.list("", upstream.backends(), MOST, each -> sheet.line("", backend(each)));
  }

  private static String backend(AgentStatusPage.BackendPage backend) {
    return "backend "
        + backend.address()
        + ": "
        + state(backend)
        + (backend.circuit().isEmpty() ? "" : ", circuit " + backend.circuit())
        + ", "
        + Sheet.count(backend.calls(), "call", "calls");
  }

  private static String state(AgentStatusPage.BackendPage backend) {
    if (!backend.healthy()) {
      return "not healthy";
    }
    if (!backend.reachable()) {
      return "unreachable";
    }
    boolean fails = !backend.circuit().isEmpty() && !backend.circuit().equals("closed");
    return fails ? "its calls failed" : "no failure known";
  }

  private static void handed(Sheet sheet, HandedStatus handed) {
    sheet.line(
        "handed",
        String.format(
            "group %s by %s: %.12s %s%s",
            handed.group(),
            handed.server(),
            handed.revision(),
            handed.served() ? "served" : "refused",
            handed.message().isEmpty() ? "" : ": " + handed.message()));
  }

  private static void certificate(Sheet sheet, CertificateStatus certificate) {
    sheet.line(
        "cert",
        certificate.use()
            + " "
            + sheet.words(certificate.names(), " ", MOST)
            + ", ends "
            + Sheet.time(certificate.ends()));
  }
}
