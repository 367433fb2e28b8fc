package dev.adit.conformance.site;

import dev.adit.agent.app.AgentApp;
import dev.adit.agent.config.AgentConfig;
import dev.adit.agent.config.AgentConfigReader;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.process.Signals;
import dev.adit.core.wire.FrameLimits;
import dev.adit.server.app.ServerApp;
import dev.adit.server.config.ServerConfigReader;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A server or an agent as a process, with sizes that the command line does not offer. */
public final class TunnelUnderTest {
  private static final String VERSION = "under-test";

  private TunnelUnderTest() {}

  /**
   * Runs until the process is ended.
   *
   * @param args {@code server} or {@code agent}, the configuration file, and the four sizes
   */
  public static void main(String[] args) throws Exception {
    Path config = Path.of(args[1]);
    FrameLimits frames =
        new FrameLimits(
            Integer.parseInt(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[5]));
    if (args[0].equals("server")) {
      runServer(config, frames);
    } else {
      runAgent(config, frames, Integer.parseInt(args[4]));
    }
    new CountDownLatch(1).await();
  }

  private static void runServer(Path config, FrameLimits frames) throws Exception {
    ServerApp app = ServerApp.start(ServerConfigReader.read(config), frames, VERSION, System.out);
    InetSocketAddress entry = (InetSocketAddress) app.entryAddress();
    onTerm(app::drain, app::close);
    System.out.println(
        "ready entry="
            + text(entry)
            + " tunnel="
            + text(app.tunnelAddress())
            + " admin="
            + text(app.adminAddress()));
  }

  private static void runAgent(Path config, FrameLimits frames, int window) throws Exception {
    AgentConfig read = AgentConfigReader.read(config, Map.of());
    AgentApp app = AgentApp.start(read, frames, new WindowSizes(window, window, window), VERSION);
    app.awaitFirstTunnel();
    onTerm(app::drain, app::close);
    System.out.println("ready agent=" + read.id());
  }

  /** As the product's processes end: the hook of the JVM would not let calls finish. */
  private static void onTerm(Runnable drain, Runnable close) {
    Signals.on(
        "TERM",
        () ->
            new Thread(
                    () -> {
                      drain.run();
                      close.run();
                      System.exit(0);
                    },
                    "drain")
                .start());
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}
