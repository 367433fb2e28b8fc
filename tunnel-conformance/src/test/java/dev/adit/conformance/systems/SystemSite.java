package dev.adit.conformance.systems;

import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.demo.client.CallerConfig;
import dev.adit.demo.process.ChildException;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A running tunnel of small processes and the channels of its callers. One thread. */
final class SystemSite implements AutoCloseable {
  private static final String HEAP = "-Xmx256m";

  private final TunnelSite tunnel;
  private final List<ManagedChannel> channels = new ArrayList<>();

  private SystemSite(TunnelSite tunnel) {
    this.tunnel = tunnel;
  }

  static SystemSite start(SitePlan plan) throws IOException, ChildException, InterruptedException {
    return new SystemSite(TunnelSite.start(plan.withJvmOptions(HEAP)));
  }

  /** A channel of a caller without a retry policy. */
  ManagedChannel channel(String host) {
    return channel(host, UnaryOperator.identity());
  }

  /** A channel of a caller that asks for {@code host}; closed with the site. */
  ManagedChannel channel(String host, UnaryOperator<CallerConfig> more) {
    ManagedChannel channel =
        more.apply(CallerConfig.plaintext(tunnel.entry()).withHost(host)).open();
    channels.add(channel);
    return channel;
  }

  TunnelSite tunnel() {
    return tunnel;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    tunnel.close();
  }
}
