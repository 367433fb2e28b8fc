package dev.adit.agent.metrics;

import dev.adit.agent.backend.GroupUpstream;
import dev.adit.core.admin.AdminPage;
import dev.adit.core.metrics.ProcessMetrics;
import java.util.List;
import java.util.function.Supplier;

/** All metrics of an agent. */
public final class AgentMetrics {
  private final ProcessMetrics process;
  private final UpstreamMetrics upstreams;
  private final DialMetrics dials;

  /**
   * Metrics of an agent of this version, with those of its JVM.
   *
   * @param served its upstreams, asked at each scrape
   */
  public AgentMetrics(String version, Supplier<List<GroupUpstream>> served) {
    process = new ProcessMetrics(version);
    upstreams = new UpstreamMetrics(process.registry(), served);
    dials = new DialMetrics(process);
    BackendGauges.show(process.registry(), served);
  }

  /** What every process shows. */
  public ProcessMetrics process() {
    return process;
  }

  /** Where calls to backends are counted and measured. */
  public UpstreamMetrics upstreams() {
    return upstreams;
  }

  /** Where dials and tunnels are counted. */
  public DialMetrics dials() {
    return dials;
  }

  /** Everything, for Prometheus. */
  public AdminPage page() {
    return process.page();
  }

  /** The same with native histograms, for one that can read them. */
  public AdminPage protobuf() {
    return process.protobuf();
  }
}
