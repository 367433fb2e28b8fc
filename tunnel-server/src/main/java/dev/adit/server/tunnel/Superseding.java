package dev.adit.server.tunnel;

import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.proto.v1.Drain;
import dev.adit.server.registry.Joined;
import java.time.Duration;

/**
 * What a run of an agent hears whose place another has taken. One that answers finishes what it
 * has; one that does not is a ghost, whose calls end at once.
 */
final class Superseding {
  private static final Duration CHALLENGE = Duration.ofSeconds(1);

  private Superseding() {}

  /**
   * Tells every tunnel of the run, each on its loop. Any thread.
   *
   * @param by the run that has its place, for people
   */
  static void tell(Joined.Ousted ousted, String by) {
    Drain drain = Drain.newBuilder().setReason("superseded").setOther(by).build();
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
