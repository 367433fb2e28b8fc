package dev.adit.server.cli.output;

import dev.adit.core.status.Sheet;
import dev.adit.core.tls.CertificateStatus;
import dev.adit.server.admin.ServerStatus;
import dev.adit.server.registry.UpstreamState;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How a server stands, for people. One for all looks at a server; not thread-safe. */
public final class StatusText {
  /** Entries of a list, and words of a line. */
  private static final int MOST = 10;

  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  // deps
  private final boolean all;

  // state: of the last look
  private long lastTotal = -1;
  private long lastNanos;

  /**
   * Nothing was looked at yet.
   *
   * @param all whether lists are shown whole
   */
  public StatusText(boolean all) {
    this.all = all;
  }

  /**
   * The text of a status.
   *
   * @param nowNanos when it was asked for; from the second look on, calls a second are told
   */
  public String of(ServerStatus status, long nowNanos) {
    Sheet sheet = new Sheet(all);
    sheet.line("server", status.serverId() + ", version " + status.version());
    sheet.line("", Sheet.state(status.state(), status.since()));
    calls(sheet, status.calls(), nowNanos);
    rules(sheet, status.rules());
    sheet.list("cert", status.certificates(), MOST, each -> certificate(sheet, each));
    sheet.list("group", status.groups(), MOST, each -> group(sheet, each));
    sheet.list("agent", status.agents(), MOST, each -> agent(sheet, each));
    sheet.list("draining", status.draining(), MOST, each -> draining(sheet, each));
    sheet.list("warning", status.warnings(), MOST, each -> sheet.line("warning", each));
    sheet.list("warning", status.rules().warnings(), MOST, each -> sheet.line("warning", each));
    return sheet.toString();
  }

  private void calls(Sheet sheet, ServerStatus.Calls calls, long nowNanos) {
    String rate = "";
    if (lastTotal >= 0 && nowNanos > lastNanos) {
      double seconds = (nowNanos - lastNanos) / NANOS;
      // A server that has restarted counts from the beginning.
      double begun = Math.max(0, calls.total() - lastTotal);
      rate = String.format(Locale.ROOT, ", %.1f a second", begun / seconds);
    }
    lastTotal = calls.total();
    lastNanos = nowNanos;
    sheet.line(
        "calls",
        calls.running()
            + " running, "
            + calls.total()
            + " in all, "
            + Sheet.count(calls.connections(), "connection", "connections")
            + rate);
  }

  private static void rules(Sheet sheet, ServerStatus.Rules rules) {
    sheet.line(
        "rules",
        String.format(
            "%.12s since %s, %s in %s",
            rules.hash(),
            Sheet.time(rules.since()),
            Sheet.count(rules.rules(), "rule", "rules"),
            Sheet.count(rules.files(), "file", "files")));
    sheet.line(
        "",
        "loaded "
            + Sheet.count(rules.loaded(), "time", "times")
            + ", refused "
            + Sheet.count(rules.refused(), "time", "times")
            + (rules.problems().isEmpty() ? "" : "; the files as they are now are refused"));
  }

  private void certificate(Sheet sheet, CertificateStatus certificate) {
    sheet.line(
        "cert",
        certificate.use()
            + " "
            + sheet.words(certificate.names(), " ", MOST)
            + ", ends "
            + Sheet.time(certificate.ends()));
  }

  private static void group(Sheet sheet, ServerStatus.Group group) {
    sheet.line(
        "group",
        group.name()
            + ": "
            + Sheet.count(group.calls(), "call", "calls")
            + ", agents "
            + sheet.words(group.agents(), " ", MOST)
            + (group.unhealthy().isEmpty()
                ? ""
                : "; passed over now: " + sheet.words(group.unhealthy(), " ", MOST)));
  }

  private static void agent(Sheet sheet, ServerStatus.Agent agent) {
    sheet.line(
        "agent",
        agent.id()
            + ": "
            + agent.calls()
            + " of "
            + agent.maxCalls()
            + " calls, groups "
            + sheet.words(agent.groups(), " ", MOST));
    sheet.line(
        "", agent.version() + " from " + agent.address() + " since " + Sheet.time(agent.since()));
    sheet.line("", tunnels(sheet, agent.tunnels()));
    sheet.list("", agent.upstreams(), MOST, each -> upstream(sheet, each));
    sheet.list("", agent.configs(), MOST, each -> config(sheet, each));
  }

  private static void draining(Sheet sheet, ServerStatus.Draining agent) {
    sheet.line(
        "draining",
        agent.id()
            + " from "
            + agent.address()
            + ": "
            + Sheet.count(agent.calls(), "call", "calls")
            + " left");
  }

  private static String tunnels(Sheet sheet, List<ServerStatus.Tunnel> tunnels) {
    List<String> texts =
        tunnels.stream()
            .map(
                each ->
                    "loop "
                        + each.loop()
                        + " "
                        + Sheet.roundTrip(each.rttMicros())
                        + " "
                        + Sheet.count(each.calls(), "call", "calls"))
            .toList();
    return Sheet.count(tunnels.size(), "tunnel", "tunnels")
        + (texts.isEmpty() ? "" : ": " + sheet.words(texts, ", ", MOST));
  }

  private static void upstream(Sheet sheet, UpstreamState upstream) {
    sheet.line(
        "",
        "upstream "
            + upstream.name()
            + (upstream.group().isEmpty() ? "" : " of group " + upstream.group())
            + ": "
            + upstream.healthy()
            + " of "
            + Sheet.count(upstream.backends(), "backend", "backends")
            + " usable");
  }

  private static void config(Sheet sheet, ServerStatus.Config config) {
    sheet.line(
        "",
        String.format(
            "configuration %.12s of group %s: %s%s",
            config.revision(),
            config.group(),
            config.state(),
            config.message().isEmpty() ? "" : ": " + config.message()));
  }
}
