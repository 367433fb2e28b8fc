package dev.adit.agent.doctor;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.Upstream;
import dev.adit.agent.doctor.steps.ConnectionSteps;
import dev.adit.agent.doctor.steps.Peer;
import dev.adit.agent.doctor.steps.Step;
import dev.adit.agent.doctor.steps.StepException;
import dev.adit.agent.doctor.steps.SteppedDial;
import dev.adit.agent.doctor.steps.Trouble;
import dev.adit.agent.health.HealthChecks;
import dev.adit.core.config.HostPort;
import dev.adit.core.process.EventLoops;
import dev.adit.core.tls.TlsContexts;
import dev.adit.core.upstream.HealthCheck;
import dev.adit.core.upstream.UpstreamTls;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The backends of one upstream, a line each. Used by one thread, which waits. */
final class BackendExamination {
  private final Upstream upstream;
  private final EventLoops loops;
  private final @Nullable SslContext tls;
  private final String keys;

  /**
   * @throws IOException if a TLS file does not hold what it should
   */
  BackendExamination(Upstream upstream, EventLoops loops) throws IOException {
    this.upstream = upstream;
    this.loops = loops;
    UpstreamTls files = upstream.config().tls();
    tls = files == null ? null : TlsContexts.client(files.ca(), files.cert(), files.key());
    keys = "tls of upstream " + upstream.name();
  }

  void run(Consumer<Finding> findings) {
    for (Backend backend : upstream.backends()) {
      String target = upstream.name() + " " + backend.address();
      @Nullable Trouble trouble = examine(backend);
      findings.accept(
          trouble == null
              ? Finding.ok(Step.BACKEND, target, good())
              : Finding.failed(Step.BACKEND, target, trouble));
    }
  }

  private String good() {
    HealthCheck health = upstream.config().health();
    String http2 = tls == null ? "HTTP/2 in clear text" : "HTTP/2 over TLS";
    return health == null || health.grpcService() == null
        ? http2
        : http2 + ", grpc.health.v1 says SERVING";
  }

  /** What is wrong; null if nothing is. */
  private @Nullable Trouble examine(Backend backend) {
    HostPort address = backend.address();
    UpstreamTls files = upstream.config().tls();
    String name = files == null ? null : files.serverName();
    Peer peer =
        new Peer(
            "the backend",
            "the backend",
            name == null ? address.host() : name,
            address.port(),
            files == null ? null : files.ca(),
            keys,
            files != null && files.cert() != null);
    InetAddress[] addresses;
    try {
      addresses = InetAddress.getAllByName(address.host());
    } catch (UnknownHostException e) {
      return new Trouble(
          "no address for the name " + address.host(),
          "mend the name in backends of upstream " + upstream.name() + ", or this host's DNS");
    }
    @Nullable Trouble notConnected = null;
    for (InetAddress each : addresses) {
      try {
        Trouble trouble = examine(peer, new InetSocketAddress(each, address.port()));
        return trouble == null ? unhealthy(backend) : trouble;
      } catch (StepException e) {
        notConnected = peer.notConnected(e, address.toString());
      }
    }
    return notConnected;
  }

  /** What is wrong with a connection; one that does not come about is an exception. */
  private @Nullable Trouble examine(Peer peer, InetSocketAddress address) throws StepException {
    FirstTrouble first = new FirstTrouble();
    try (SteppedDial dial = SteppedDial.connect(loops, address)) {
      new ConnectionSteps(peer, tls).run(dial, () -> SteppedDial.connect(loops, address), first);
    }
    return first.trouble;
  }

  /** What the upstream's own health check says. */
  private @Nullable Trouble unhealthy(Backend backend) {
    HealthCheck check = upstream.config().health();
    if (check == null) {
      return null;
    }
    CompletableFuture<String> answer = new CompletableFuture<>();
    EventLoop loop = loops.all().get(0);
    loop.execute(() -> HealthChecks.ask(backend, check, loop, answer::complete));
    String problem = answer.join();
    return problem.isEmpty()
        ? null
        : new Trouble(
            "its health check fails: " + problem,
            "look into the backend's log, or mend health of upstream "
                + upstream.name()
                + " (grpc: \"\" asks for the server as a whole, tcp: true only connects)");
  }

  /** Keeps what failed. */
  private static final class FirstTrouble implements ConnectionSteps.Told {
    private @Nullable Trouble trouble;

    @Override
    public void ok(Step step, String found) {
      // One line is enough for all of them.
    }

    @Override
    public void failed(Step step, Trouble found) {
      trouble = found;
    }
  }
}
