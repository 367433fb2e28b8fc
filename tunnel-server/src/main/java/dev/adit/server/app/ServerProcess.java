package dev.adit.server.app;

import dev.adit.core.config.ConfigException;
import dev.adit.core.process.Signals;
import dev.adit.core.wire.FrameLimits;
import dev.adit.server.config.ServerConfig;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A server as a process: the ready line, signals and the exit code. */
public final class ServerProcess {
  private ServerProcess() {}

  /**
   * Runs a server until SIGTERM or SIGINT: the first lets calls finish, the second does not. SIGHUP
   * reads the rules anew and opens the access log's file again.
   *
   * @param out where the ready line goes
   * @return the exit code
   */
  public static int run(ServerConfig config, String version, PrintStream out)
      throws ConfigException, IOException {
    ServerApp app = ServerApp.start(config, FrameLimits.DEFAULT, version, standardOutput());
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
    Signals.on(
        "HUP",
        () -> {
          app.reopenAccessLog();
          app.reloadRules();
        });
    out.println(
        "ready entry="
            + text(app.entryAddress())
            + " tunnel="
            + text(app.tunnelAddress())
            + " admin="
            + text(app.adminAddress()));
    out.flush();
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    app.close();
    return 0;
  }

  /**
   * For the access log: System.out keeps failures to itself, and fails for good after the first.
   */
  private static OutputStream standardOutput() {
    return new FileOutputStream(FileDescriptor.out);
  }

  private static void drainAndEnd(ServerApp app, CountDownLatch over) {
    app.drain();
    over.countDown();
  }

  private static String text(SocketAddress address) {
    InetSocketAddress inet = (InetSocketAddress) address;
    String host = inet.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
  }
}
