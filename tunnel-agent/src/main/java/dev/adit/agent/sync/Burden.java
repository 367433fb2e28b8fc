package dev.adit.agent.sync;

import dev.adit.core.upstream.HealthCheck;
import dev.adit.core.upstream.UpstreamConfig;

/**
 * What an agent does for upstreams that it is handed while no call comes: an agent's owner says
 * which backends may be dialled, and a server must not say how often.
 *
 * @param connections kept to backends, for each event loop; a backend counts as one at least
 * @param checks of backends' health in a second
 */
record Burden(long connections, double checks) {
  static final int MOST_CONNECTIONS = 1000;
  static final int MOST_CHECKS = 100;

  static final Burden NONE = new Burden(0, 0);

  private static final double MILLIS = 1000;

  static Burden of(HandedConfig config) {
    Burden all = NONE;
    for (UpstreamConfig each : config.upstreams()) {
      int backends = each.backends().size();
      HealthCheck health = each.health();
      double perSecond = health == null ? 0 : MILLIS / health.interval().toMillis();
      all =
          all.plus(
              new Burden(
                  (long) backends * Math.max(1, each.minConnections()), backends * perSecond));
    }
    return all;
  }

  Burden plus(Burden other) {
    return new Burden(connections + other.connections, checks + other.checks);
  }

  /** Whether an agent takes it. */
  void check() throws HandedConfig.Refused {
    if (connections > MOST_CONNECTIONS || checks > MOST_CHECKS) {
      throw new HandedConfig.Refused(
          "all that servers hand out would have the agent keep "
              + connections
              + " connections for each event loop and check backends "
              + Math.round(checks)
              + " times a second; it does with up to "
              + MOST_CONNECTIONS
              + " and "
              + MOST_CHECKS,
          false);
    }
  }
}
