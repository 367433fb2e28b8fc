package dev.adit.server.app;

import dev.adit.core.config.ConfigException;
import dev.adit.core.config.HostPort;
import dev.adit.core.drain.ProcessEnd;
import dev.adit.core.logging.Logging;
import dev.adit.core.name.AddressText;
import dev.adit.core.process.InliningLimits;
import dev.adit.core.process.Signals;
import dev.adit.core.systemd.ServiceNotices;
import dev.adit.core.wire.FrameLimits;
import dev.adit.server.admin.ServerStatus;
import dev.adit.server.config.ServerConfig;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/** A server as a process: the ready line, signals and the exit code. */
public final class ServerProcess {
  /** Doors of this program's layers on a call's path, for {@link InliningLimits}. */
  public static final List<String> BUSY =
      List.of(
          "dev/adit/server/entry/call/EntryStreamHandler.on*",
          "dev/adit/server/entry/call/EntryCall.on*",
          "dev/adit/server/entry/call/EntryCall.begin",
          "dev/adit/server/entry/call/EntryCall.dispatch",
          "dev/adit/server/dispatch/Dispatcher.dispatch",
          "dev/adit/server/metrics/CallSeries.onEnd",
          "dev/adit/core/match/table/MatchTable.find");

  private ServerProcess() {}

  /**
   * Runs a server until SIGTERM or SIGINT: the first lets calls finish, the second does not. SIGHUP
   * reads the rules anew and opens the access log's file again.
   *
   * @param out where the ready line goes
   * @param systemd told when the server is ready, reads its rules or goes away, and how it stands
   * @return the exit code
   */
  public static int run(
      ServerConfig config, String version, PrintStream out, ServiceNotices systemd)
      throws ConfigException, IOException {
    ServerApp app = ServerApp.start(config, FrameLimits.DEFAULT, version, standardOutput());
    ProcessEnd end =
        new ProcessEnd(
            app,
            () -> systemd.stopping("drains: waits for the calls that run", config.drainGrace()));
    Signals.on("TERM", end::ask);
    Signals.on("INT", end::ask);
    Runnable readAnew =
        () -> {
          systemd.reloading("reads its rules");
          app.reopenAccessLog();
          app.reloadRules().whenComplete((status, failure) -> systemd.ready(standing(app)));
        };
    String listening =
        "entry="
            + text(app.entryAddress(), config.entry().listen().get(0))
            + " tunnel="
            + text(app.tunnelAddress(), config.tunnel().listen().get(0))
            + " admin="
            + text(app.adminAddress(), config.admin().listen());
    Logging.flush();
    out.println("ready " + listening);
    out.flush();
    systemd.ready(listening);
    Signals.onHangup(readAnew);
    systemd.follow(() -> standing(app));
    InliningLimits.apply(BUSY);
    return end.await();
  }

  /**
   * For the access log: System.out keeps failures to itself, and fails for good after the first.
   */
  private static OutputStream standardOutput() {
    return new FileOutputStream(FileDescriptor.out);
  }

  /** A line for people: the first thing to mend, if there is one. */
  private static String standing(ServerApp app) {
    ServerStatus status = app.status();
    List<String> problems = status.rules().problems();
    if (!problems.isEmpty()) {
      return "rules refused, the last good ones are in force: " + problems.get(0);
    }
    String counts = status.agents().size() + " agents, " + status.calls().running() + " calls";
    List<String> warnings = status.warnings();
    if (warnings.isEmpty()) {
      return counts;
    }
    String others = warnings.size() == 1 ? "" : " (1 of " + warnings.size() + ")";
    return counts + "; warning" + others + ": " + warnings.get(0);
  }

  private static String text(SocketAddress address, HostPort wanted) {
    return AddressText.ofListener((InetSocketAddress) address, wanted.host());
  }
}
