package dev.adit.agent.tunnel;

import dev.adit.agent.tunnel.loss.EndLog;
import dev.adit.core.config.HostPort;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Refusal;
import dev.adit.proto.v1.Welcome;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Dials a server as the agent does, and asks whether it would be taken: no session begins, nothing
 * is served, and an agent that runs is not disturbed. Confined to the loop of its connection.
 */
public final class TunnelProbe implements DialedTunnel.Events {
  private static final double PATIENCE = 0.75;

  /** How a probe ended. */
  public enum Outcome {
    /** The server would take the agent, and its heart beats. */
    TAKEN,
    /** It would, but it does not answer heartbeats. */
    SILENT,
    /** It does not know the credential. */
    UNAUTHENTICATED,
    /** It knows the credential, which is not for this agent id. */
    FORBIDDEN,
    /** It goes away just now. */
    DRAINING,
    /** It does not know probes; the credential is good. */
    TOO_OLD,
    /** It speaks another version of the protocol, or is another gRPC server. */
    OTHER_PROTOCOL,
    /** Anything else ended the tunnel. */
    LOST
  }

  /**
   * What came of it.
   *
   * @param groups that the credential allows the agent, once it is taken
   * @param server its version, once the agent is taken
   * @param roundTripNanos -1 if it was not measured
   * @param text the server's words, or what ended the tunnel, printable and on one line; may be
   *     empty
   */
  public record Answer(
      Outcome outcome, List<String> groups, String server, long roundTripNanos, String text) {
    public Answer {
      groups = List.copyOf(groups);
    }

    static Answer of(Outcome outcome, String text) {
      return new Answer(outcome, List.of(), "", -1, text);
    }
  }

  private final CompletableFuture<Answer> answer = new CompletableFuture<>();

  // state, confined to the loop
  private boolean welcomed;

  private TunnelProbe() {}

  /**
   * Every address of a server that the agent dials; behind a proxy one. Blocks.
   *
   * @throws UnknownHostException if the name, or the proxy's, has no address
   */
  public static List<SocketAddress> resolve(TunnelPlan plan, HostPort server)
      throws UnknownHostException {
    return new TunnelChannels(plan).resolve(server);
  }

  /**
   * Dials. Any thread.
   *
   * @param address one of {@link #resolve}
   * @param token null where a certificate is the proof
   */
  public static CompletableFuture<Answer> dial(
      TunnelPlan plan, HostPort server, SocketAddress address, @Nullable String token) {
    TunnelProbe probe = new TunnelProbe();
    EventLoop loop = plan.loops().all().get(0);
    DialedTunnel tunnel =
        new DialedTunnel(
            plan, address, loop, new TunnelChannels(plan).newChannel(server, address, loop), probe);
    loop.execute(() -> tunnel.start(token, plan.probe()));
    return probe.answer;
  }

  @Override
  public void onWelcome(DialedTunnel tunnel, Welcome welcome) {
    welcomed = true;
    long patience = (long) (welcome.getDeadAfterMs() * PATIENCE);
    // The tunnel is about to read on behind the welcome: the question follows that.
    tunnel.loop().execute(() -> challenge(tunnel, welcome, Duration.ofMillis(patience)));
  }

  private void challenge(DialedTunnel tunnel, Welcome welcome, Duration patience) {
    var stream = tunnel.stream();
    if (stream == null) {
      return;
    }
    stream.challenge(
        patience,
        alive -> {
          answer.complete(
              new Answer(
                  alive ? Outcome.TAKEN : Outcome.SILENT,
                  welcome.getGroupsList(),
                  EndLog.printable(welcome.getSoftwareVersion(), "a server"),
                  stream.rttNanos(),
                  alive ? "" : "no answer to a heartbeat in " + patience.toMillis() + " ms"));
          tunnel.retire("going-away");
        });
  }

  @Override
  public void onDrain(DialedTunnel tunnel, Drain drain) {
    // It answers ours; or the server goes away, and the end of the tunnel says so.
  }

  @Override
  public void onEnded(DialedTunnel tunnel, Status status, @Nullable Refusal refusal) {
    String text = EndLog.printable(status.getDescription(), status.getCode().toString());
    answer.complete(Answer.of(outcome(status, refusal), text));
  }

  private Outcome outcome(Status status, @Nullable Refusal refusal) {
    if (refusal != null) {
      return switch (refusal.getReason()) {
        case "forbidden" -> Outcome.FORBIDDEN;
        case "draining" -> Outcome.DRAINING;
        case "malformed" -> Outcome.TOO_OLD;
        default -> Outcome.LOST;
      };
    }
    if (welcomed) {
      return Outcome.LOST;
    }
    return switch (status.getCode()) {
      case UNAUTHENTICATED -> Outcome.UNAUTHENTICATED;
      // A server says in a refusal what it forbids; without one it is the entry, or somebody else.
      case UNIMPLEMENTED, PERMISSION_DENIED -> Outcome.OTHER_PROTOCOL;
      default -> Outcome.LOST;
    };
  }
}
