package dev.adit.server.tunnel;

import dev.adit.core.tunnel.TunnelException;
import dev.adit.proto.v1.AgentStatus;
import dev.adit.server.registry.UpstreamState;
import io.netty.util.concurrent.Ticker;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Reads what an agent says of its upstreams on one tunnel, and how often. Confined to the tunnel's
 * loop.
 */
final class StatusReports {
  private static final int MAX_UPSTREAMS = 1000;
  private static final int MAX_NAME_CHARS = 128;

  /** An agent sends one a second at most; each may change what every call chooses from. */
  private static final int MAX_STATUSES = 50;

  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  // deps
  private final Ticker ticker;

  // state, confined to the loop
  private long sinceNanos;
  private int count;

  StatusReports(Ticker ticker) {
    this.ticker = ticker;
  }

  /**
   * Reads one more.
   *
   * @throws TunnelException if there are too many of them, or of upstreams
   */
  List<UpstreamState> read(AgentStatus status) throws TunnelException {
    long now = ticker.nanoTime();
    if (now - sinceNanos > WINDOW_NANOS) {
      sinceNanos = now;
      count = 0;
    }
    count++;
    if (count > MAX_STATUSES || status.getUpstreamsCount() > MAX_UPSTREAMS) {
      throw new TunnelException(
          "protocol",
          "more than "
              + MAX_STATUSES
              + " statuses in 10 s, or more than "
              + MAX_UPSTREAMS
              + " upstreams");
    }
    return status.getUpstreamsList().stream().map(StatusReports::state).toList();
  }

  private static UpstreamState state(AgentStatus.Upstream upstream) {
    return new UpstreamState(
        ForeignText.printable(upstream.getGroup(), MAX_NAME_CHARS),
        ForeignText.printable(upstream.getName(), MAX_NAME_CHARS),
        upstream.getBackends(),
        upstream.getHealthy());
  }
}
