package dev.adit.agent.app;

import dev.adit.agent.config.AgentConfig;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.process.Signals;
import dev.adit.core.wire.FrameLimits;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** An agent as a process: the ready line, signals and the exit code. */
public final class AgentProcess {
  private AgentProcess() {}

  /**
   * Runs an agent until SIGTERM or SIGINT: the first lets calls finish, the second does not.
   *
   * @param out where the ready line goes
   * @return the exit code
   */
  public static int run(AgentConfig config, String version, PrintStream out) throws IOException {
    AgentApp app =
        AgentApp.start(config, FrameLimits.DEFAULT, WindowSizes.DEFAULT.initial(), version);
    CountDownLatch over = new CountDownLatch(1);
    AtomicInteger signals = new AtomicInteger();
    Runnable stop =
        () -> {
          if (signals.getAndIncrement() == 0) {
            new Thread(() -> drainAndEnd(app, over), "drain").start();
          } else {
            over.countDown();
          }
        };
    Signals.on("TERM", stop);
    Signals.on("INT", stop);
    Thread announcer = new Thread(() -> announce(config, app, out), "announcer");
    announcer.setDaemon(true);
    announcer.start();
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    app.close();
    return 0;
  }

  private static void announce(AgentConfig config, AgentApp app, PrintStream out) {
    try {
      app.awaitFirstTunnel();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (app.connected() > 0) {
      out.println(
          "ready agent=" + config.id() + " servers=" + app.connected() + "/" + app.configured());
      out.flush();
    }
  }

  private static void drainAndEnd(AgentApp app, CountDownLatch over) {
    app.drain();
    over.countDown();
  }
}
