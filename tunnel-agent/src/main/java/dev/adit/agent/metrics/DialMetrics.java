package dev.adit.agent.metrics;

import dev.adit.core.flow.CreditStalls;
import dev.adit.core.metrics.ProcessMetrics;
import dev.adit.core.tunnel.TunnelStream;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Counts dials and tunnels, by the server as the configuration names it. Any thread. */
public final class DialMetrics {
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final ProcessMetrics process;
  private final Counter dials;
  private final Counter ended;
  private final CreditStalls stalls = new CreditStalls();

  /** Counters that are shown by {@code process}. */
  public DialMetrics(ProcessMetrics process) {
    this.process = process;
    dials =
        Counter.builder()
            .name("adit_server_dials")
            .help("Dials of the server's addresses. result: welcomed, refused or failed.")
            .labelNames("server", "result")
            .withoutExemplars()
            .register(process.registry());
    ended =
        Counter.builder()
            .name("adit_server_tunnels_ended")
            .help(
                "Tunnels to the server that have ended. reason: drained, as both ends wanted it,"
                    + " or lost.")
            .labelNames("server", "reason")
            .withoutExemplars()
            .register(process.registry());
    process.watchStalls(stalls);
  }

  /** A server's counters begin at 0. */
  public void expect(String server) {
    for (String result : List.of("welcomed", "refused", "failed")) {
      dials.initLabelValues(server, result);
    }
    for (String reason : List.of("drained", "lost")) {
      ended.initLabelValues(server, reason);
    }
  }

  /** Where responses that wait for credit are counted. */
  public CreditStalls stalls() {
    return stalls;
  }

  /** A dial has become a tunnel. */
  public void onWelcomed(String server) {
    dials.labelValues(server, "welcomed").inc();
  }

  /**
   * A tunnel or a dial is over.
   *
   * @param drained both ends wanted it
   * @param wasUp it took calls until now
   * @param failed it never became a tunnel
   */
  public void onOver(
      String server, boolean drained, boolean wasUp, boolean failed, boolean refused) {
    if (drained || wasUp) {
      ended.labelValues(server, drained ? "drained" : "lost").inc();
    } else if (failed) {
      dials.labelValues(server, refused ? "refused" : "failed").inc();
    }
  }

  /**
   * Shows the tunnels that are up.
   *
   * @param tunnels by server; asked at each scrape
   */
  public void watch(Supplier<Map<String, List<TunnelStream>>> tunnels) {
    GaugeWithCallback.builder()
        .name("adit_server_tunnels")
        .help("Tunnels to the server that take calls.")
        .labelNames("server")
        .callback(shown -> tunnels.get().forEach((server, up) -> shown.call(up.size(), server)))
        .register(process.registry());
    GaugeWithCallback.builder()
        .name("adit_server_round_trip_seconds")
        .help("Shortest last round trip of the server's tunnels; absent before it is measured.")
        .labelNames("server")
        .callback(
            shown ->
                tunnels
                    .get()
                    .forEach(
                        (server, up) ->
                            up.stream()
                                .mapToLong(TunnelStream::rttNanos)
                                .filter(nanos -> nanos >= 0)
                                .min()
                                .ifPresent(nanos -> shown.call(nanos / NANOS_PER_SECOND, server))))
        .register(process.registry());
  }
}
