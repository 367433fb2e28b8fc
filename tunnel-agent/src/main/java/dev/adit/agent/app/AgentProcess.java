package dev.adit.agent.app;

import dev.adit.agent.config.AgentConfig;
import dev.adit.core.drain.ProcessEnd;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.logging.Logging;
import dev.adit.core.process.InliningLimits;
import dev.adit.core.process.Signals;
import dev.adit.core.systemd.ServiceNotices;
import dev.adit.core.wire.FrameLimits;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An agent as a process: the ready line, signals and the exit code. */
public final class AgentProcess {

  /**
   * How long systemd waits for the first tunnel. Without one the agent still is as ready as it can
   * be: it dials on, and a start that failed would only begin this anew.
   */
  private static final Duration FIRST_TUNNEL = Duration.ofSeconds(20);

  /** Doors of this program's layers on a call's path, for {@link InliningLimits}. */
  public static final List<String> BUSY =
      List.of(
          "dev/adit/agent/backend/connection/BackendStreamHandler.on*",
          "dev/adit/agent/dispatch/AgentCall.run",
          "dev/adit/agent/dispatch/AgentCall.open",
          "dev/adit/agent/dispatch/AgentCall.write",
          "dev/adit/agent/dispatch/AgentCall.on*");

  private static final Logger log = LoggerFactory.getLogger(AgentProcess.class);

  private AgentProcess() {}

  /** What SIGHUP means to it. */
  public enum Hangup {
    /** Its terminal is gone, and nobody sees any more that it serves: the same as SIGTERM. */
    STOPS,
    /** Nothing: it is a service, whose files are followed anyway. */
    IS_NOTED
  }

  /**
   * Runs an agent until SIGTERM or SIGINT: the first lets calls finish, the second does not.
   *
   * @param hangup what SIGHUP does
   * @param out where the ready line goes
   * @param systemd told when the agent has its first tunnel, or has waited long enough for it; when
   *     it goes away; and how it stands
   * @return the exit code
   */
  public static int run(
      AgentConfig config, String version, Hangup hangup, PrintStream out, ServiceNotices systemd)
      throws IOException {
    AgentApp app = AgentApp.start(config, FrameLimits.DEFAULT, WindowSizes.DEFAULT, version);
    ProcessEnd end =
        new ProcessEnd(
            app,
            () -> systemd.stopping("drains: waits for the calls that run", config.drainGrace()));
    Signals.on("TERM", end::ask);
    Signals.on("INT", end::ask);
    Runnable onHangup = hangup == Hangup.STOPS ? end::ask : AgentProcess::noteHangup;
    Signals.onHangup(onHangup);
    systemd.follow(() -> standing(app));
    Thread announcer = new Thread(() -> announce(config, app, out, systemd), "announcer");
    announcer.setDaemon(true);
    announcer.start();
    return end.await();
  }

  private static void announce(
      AgentConfig config, AgentApp app, PrintStream out, ServiceNotices systemd) {
    try {
      if (!app.awaitFirstTunnel(FIRST_TUNNEL)) {
        systemd.ready(standing(app));
        app.awaitFirstTunnel();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (app.connected() > 0) {
      Logging.flush();
      out.println(
          "ready agent=" + config.id() + " servers=" + app.connected() + "/" + app.configured());
      out.flush();
      systemd.ready(standing(app));
      InliningLimits.apply(BUSY);
    }
  }

  /** A line for people: what keeps it from its servers, or the first thing to mend. */
  private static String standing(AgentApp app) {
    AgentStatusPage status = app.status();
    List<String> problems =
        Stream.concat(
                status.dialed().stream()
                    .filter(each -> !each.problem().isEmpty())
                    .map(each -> each.server() + ": " + each.problem()),
                status.warnings().stream())
            .toList();
    String counts =
        "servers="
            + app.connected()
            + "/"
            + app.configured()
            + ", "
            + status.callsRunning()
            + " calls";
    return problems.isEmpty() ? counts : counts + "; " + problems.get(0);
  }

  private static void noteHangup() {
    log.info(
        "SIGHUP changes nothing: certificates, keys and the token are followed by themselves,"
            + " agent.yaml is read at a start");
  }
}
