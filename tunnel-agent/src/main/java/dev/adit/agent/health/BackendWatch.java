package dev.adit.agent.health;

import dev.adit.agent.backend.Backend;
import dev.adit.core.upstream.HealthCheck;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One backend's health: asked again and again, decided by several answers in a row. The very first
 * answer decides at once. Confined to one loop.
 */
final class BackendWatch {
  private static final Logger log = LoggerFactory.getLogger(BackendWatch.class);

  // deps
  private final Backend backend;
  private final HealthCheck check;
  private final EventLoop loop;

  // state, confined to the loop
  private boolean known;
  private boolean healthy = true;
  private int inRow;

  BackendWatch(Backend backend, HealthCheck check, EventLoop loop) {
    this.backend = backend;
    this.check = check;
    this.loop = loop;
  }

  /** Asks once, and from then on. */
  void probe() {
    if (backend.isRetired() || loop.isShuttingDown()) {
      return;
    }
    HealthChecks.ask(backend, check, loop, this::onAnswer);
  }

  /**
   * @param problem empty: the backend is well
   */
  private void onAnswer(String problem) {
    boolean well = problem.isEmpty();
    inRow = well == healthy && known ? 0 : inRow + 1;
    int needed = !known ? 1 : well ? check.up() : check.down();
    if (inRow >= needed) {
      decide(well, problem);
    }
    if (!loop.isShuttingDown()) {
      loop.schedule(this::probe, check.interval().toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void decide(boolean well, String problem) {
    boolean news = !known || well != healthy;
    known = true;
    healthy = well;
    inRow = 0;
    backend.healthy(well);
    if (!news) {
      return;
    }
    if (well) {
      log.info("backend {} is well", backend);
    } else {
      log.warn("backend {} is not well: {}", backend, problem);
    }
  }
}
