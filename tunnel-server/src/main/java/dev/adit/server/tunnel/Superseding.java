package dev.adit.server.tunnel;

import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.proto.v1.Drain;
import dev.adit.server.metrics.TunnelMetrics;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.Joined;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run of an agent hears whose place another has taken. One that answers finishes what it
 * has; one that does not is a ghost, whose calls end at once.
 */
final class Superseding {
  private static final Logger log = LoggerFactory.getLogger(Superseding.class);
  private static final Duration CHALLENGE = Duration.ofSeconds(1);

  private Superseding() {}

  /**
   * Tells every tunnel of the run, each on its loop. Any thread.
   *
   * @param by the session that has its place; where that is of the same run, by a line of
   *     agents.yaml that names the agent more exactly, the run is told to dial anew
   * @param address where that one dialled from, for people
   */
  static void tell(Joined.Ousted ousted, AgentSession by, String address, TunnelMetrics metrics) {
    if (ousted.session().instance().equals(by.instance())) {
      log.info("{} is named more exactly from {}: its other tunnels are renewed", by, address);
      for (TunnelStream tunnel : ousted.tunnels()) {
        tunnel.loop().execute(() -> tunnel.drain("renewal", 0));
      }
      return;
    }
    log.warn("{} is superseded by {} from {}", ousted.session(), by, address);
    metrics.onTakeover();
    String other = "instance " + by.instance() + " from " + address;
    Drain drain = Drain.newBuilder().setReason("superseded").setOther(other).build();
    for (TunnelStream tunnel : ousted.tunnels()) {
      tunnel.loop().execute(() -> challenge(tunnel, drain));
    }
  }

  private static void challenge(TunnelStream tunnel, Drain drain) {
    tunnel.challenge(
        CHALLENGE,
        alive -> {
          if (alive) {
            tunnel.drain(drain);
          } else {
            tunnel.abort(
                new TunnelException(
                    "dead", "superseded, and no echo in " + CHALLENGE.toMillis() + " ms"));
          }
        });
  }
}
