package dev.adit.server.metrics;

import dev.adit.core.http2.HandshakeWatch;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodLog;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.SocketAddress;

/**
 * Counts connections of one listener that were ended because the peer passed a limit, and those
 * that did not come as far as TLS. Any thread.
 */
public final class FloodMetrics {
  private final Counter floods;
  private final Counter handshakes;
  private final FloodLog log;

  /**
   * Counters that are shown by {@code registry}.
   *
   * @param listener begins their names
   * @param connections of whom they are, in words
   */
  public FloodMetrics(PrometheusRegistry registry, String listener, String connections) {
    log = new FloodLog(connections);
    floods =
        Counter.builder()
            .name(listener + "_floods")
            .help(
                "Connections "
                    + connections
                    + " that were ended or refused, by the limit they passed.")
            .labelNames("limit")
            .withoutExemplars()
            .register(registry);
    for (Flood limit : Flood.values()) {
      floods.initLabelValues(limit.text());
    }
    handshakes =
        Counter.builder()
            .name(listener + "_tls_failures")
            .help(
                "Connections "
                    + connections
                    + " whose TLS handshake failed. cause: clear-text; certificate, the peer's is not"
                    + " to be trusted; or other, as where none is shown and one is required.")
            .labelNames("cause")
            .withoutExemplars()
            .register(registry);
    for (HandshakeWatch.Cause cause : HandshakeWatch.Cause.values()) {
      handshakes.initLabelValues(cause.text());
    }
  }

  /** A peer has passed a limit. */
  public void add(Flood limit, SocketAddress peer) {
    floods.labelValues(limit.text()).inc();
    log.passed(limit, peer);
  }

  /** A peer's handshake has failed. */
  public void add(HandshakeWatch.Cause cause) {
    handshakes.labelValues(cause.text()).inc();
  }
}
