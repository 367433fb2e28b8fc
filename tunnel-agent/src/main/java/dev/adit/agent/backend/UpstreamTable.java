package dev.adit.agent.backend;

import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.process.EventLoops;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamName;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The upstreams of an agent by name. Immutable; any thread. */
public final class UpstreamTable {
  private final Map<UpstreamName, Upstream> upstreams = new LinkedHashMap<>();

  /**
   * A table of these upstreams; dials nothing yet.
   *
   * @param windows what a backend may send on a stream before it moves on
   * @throws IOException if a TLS file does not hold what it should
   */
  public UpstreamTable(List<UpstreamConfig> configs, EventLoops loops, ReceiveWindows.Sizes windows)
      throws IOException {
    this(configs, loops, windows, null);
  }

  /**
   * A table that replaces another: an upstream that is configured alike in both is kept with its
   * connections. What the new one does without is told by {@link #retireAllBut}.
   */
  public UpstreamTable(
      List<UpstreamConfig> configs,
      EventLoops loops,
      ReceiveWindows.Sizes windows,
      @Nullable UpstreamTable before)
      throws IOException {
    for (UpstreamConfig config : configs) {
      Upstream known = before == null ? null : before.upstream(config.name());
      if (known != null && known.config().equals(config)) {
        upstreams.put(config.name(), known);
        continue;
      }
      upstreams.put(config.name(), new Upstream(config, loops, windows));
    }
  }

  /** Opens the connections that are kept without calls; safe to call again. */
  public void connect() {
    upstreams.values().forEach(Upstream::connect);
  }

  /** Lets go of the upstreams that another table does without; calls on them go on. */
  public void retireAllBut(@Nullable UpstreamTable after) {
    for (Upstream upstream : upstreams.values()) {
      if (after == null || after.upstream(upstream.name()) != upstream) {
        upstream.retire();
      }
    }
  }

  /** The upstream of this name, or null. */
  public @Nullable Upstream upstream(UpstreamName name) {
    return upstreams.get(name);
  }

  public Collection<Upstream> upstreams() {
    return upstreams.values();
  }
}
