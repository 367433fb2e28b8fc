package dev.adit.server.app;

import dev.adit.core.drain.Drain;
import dev.adit.core.status.Sheet;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.server.calls.RunningCalls;
import dev.adit.server.entry.EntryServer;
import dev.adit.server.entry.call.CallCounter;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.AgentSession;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Going away without losing a call: agents are told to hold tunnels elsewhere, callers to open
 * calls elsewhere; what runs may finish within the grace. Any thread.
 */
final class ServerDrain {
  private static final Logger log = LoggerFactory.getLogger(ServerDrain.class);
  private static final long POLL_MILLIS = 20;
  private static final Duration LAST_WORDS = Duration.ofMillis(500);
  private static final int AGENTS_REDIAL_MILLIS = 1000;

  private final Drain drain;
  private final AgentRegistry registry;
  private final EntryServer entry;
  private final CallCounter calls;

  ServerDrain(Drain drain, AgentRegistry registry, EntryServer entry, CallCounter calls) {
    this.drain = drain;
    this.registry = registry;
    this.entry = entry;
    this.calls = calls;
  }

  /** Blocks until the calls have ended, the grace is over, or the drain is completed by others. */
  void run(Duration grace) {
    if (!drain.begin()) {
      return;
    }
    log.info("draining: {} calls run, up to {} s for them", calls.running(), grace.toSeconds());
    for (AgentSession session : registry.snapshot().sessions()) {
      for (TunnelStream tunnel : session.tunnels()) {
        tunnel.loop().execute(() -> tunnel.announceDrain("going-away", AGENTS_REDIAL_MILLIS));
      }
    }
    entry.stopListening();
    entry.drain();
    awaitCalls(grace);
    if (drain.complete()) {
      log.info("drained: {} calls were still running", calls.running());
    }
  }

  /**
   * Ends the drain, if there is one that is not over, and the calls that still run. Blocks until
   * their callers have been told, for a moment at most: one that does not read cannot be.
   *
   * @param running all of them
   */
  void stop(RunningCalls running) {
    boolean forced = drain.complete();
    entry.stopListening();
    if (forced) {
      log.info("stopped: {} cut", Sheet.count(calls.running(), "call was", "calls were"));
    }
    running.cutAll(Runnable::run);
    await(LAST_WORDS, () -> calls.running() == 0);
  }

  private void awaitCalls(Duration grace) {
    await(grace, () -> drain.isComplete() || (calls.running() == 0 && entry.isDrained()));
  }

  private static void await(Duration longest, BooleanSupplier over) {
    long deadline = System.nanoTime() + longest.toNanos();
    try {
      while (System.nanoTime() - deadline < 0 && !over.getAsBoolean()) {
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
