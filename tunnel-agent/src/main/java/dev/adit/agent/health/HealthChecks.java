package dev.adit.agent.health;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.Upstream;
import dev.adit.agent.backend.UpstreamTable;
import dev.adit.core.process.EventLoops;
import dev.adit.core.upstream.HealthCheck;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Watches the backends of all upstreams that have a health check; a backend that is let go is
 * watched no more. Any thread.
 */
public final class HealthChecks {
  private final EventLoops loops;
  private final AtomicInteger nextLoop = new AtomicInteger();

  // shared: upstreams that are watched, each once; Upstream has no equals of its own
  private final Set<Upstream> watched = ConcurrentHashMap.newKeySet();

  public HealthChecks(EventLoops loops) {
    this.loops = loops;
  }

  /** Begins to watch what of this table is not watched yet. */
  public void watch(UpstreamTable table) {
    watched.removeIf(Upstream::isRetired);
    for (Upstream upstream : table.upstreams()) {
      HealthCheck check = upstream.config().health();
      if (check != null && watched.add(upstream)) {
        upstream.backends().forEach(backend -> watch(backend, check));
      }
    }
  }

  /**
   * Asks one backend once. Called on the loop.
   *
   * @param answer told on the loop: empty if the backend is well, else why not
   */
  public static void ask(
      Backend backend, HealthCheck check, EventLoop loop, Consumer<String> answer) {
    String service = check.grpcService();
    if (service == null) {
      backend.probe(loop, check.timeout(), answer);
    } else {
      new GrpcProbe(backend, loop, service, answer).begin(check.timeout());
    }
  }

  private void watch(Backend backend, HealthCheck check) {
    List<EventLoop> all = loops.all();
    EventLoop loop = all.get(Math.floorMod(nextLoop.getAndIncrement(), all.size()));
    BackendWatch watch = new BackendWatch(backend, check, loop);
    loop.execute(watch::probe);
  }
}
