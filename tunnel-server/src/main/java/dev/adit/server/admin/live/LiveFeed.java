package dev.adit.server.admin.live;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.adit.core.admin.AdminFeed;
import dev.adit.core.admin.AdminPage;
import dev.adit.core.admin.AdminViewer;
import dev.adit.server.calls.CallNumbers;
import dev.adit.server.calls.FailureRow;
import dev.adit.server.metrics.RuleCalls;
import dev.adit.server.registry.RegistrySnapshot;
import dev.adit.server.routing.RoutingTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells viewers once a second how the server stands. A picture is made once, whoever many look, and
 * none while nobody does; only the history of rates goes on, which costs a task a second on each
 * loop. A viewer that does not keep up misses pictures, and after {@value #MOST_MISSED} in a row
 * its connection is closed. Its state is confined to the thread {@code live}.
 */
public final class LiveFeed implements AdminFeed, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveFeed.class);
  static final int MAX_VIEWERS = 16;
  static final int MOST_MISSED = 5;
  private static final long SECOND_MILLIS = 1000;

  /** Warnings look into files. */
  private static final int WARNINGS_EVERY = 5;

  private static final int MAX_WARNINGS = 50;
  private static final int UNAVAILABLE = 503;

  // deps
  private final LiveSources sources;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread live = new Thread(task, "live");
            live.setDaemon(true);
            return live;
          });

  // state, confined to the thread
  private final Map<AdminViewer, Integer> missed = new HashMap<>();
  private final RateHistory history = new RateHistory();
  private final RuleRates rules = new RuleRates();
  private List<String> warnings = List.of();
  private int pictures;
  private boolean asking;

  // shared: places taken by viewers
  private final AtomicInteger viewers = new AtomicInteger();

  /** A feed that knows nothing before {@link #start}. */
  public LiveFeed(LiveSources sources) {
    this.sources = sources;
  }

  /** The thread, for others who make lists for the page. */
  public Executor thread() {
    return thread;
  }

  /** Begins to look once a second. */
  public void start() {
    thread.scheduleAtFixedRate(() -> look(true), 0, SECOND_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public @Nullable AdminPage refusal() {
    return viewers.get() < MAX_VIEWERS
        ? null
        : AdminPage.text(
            UNAVAILABLE,
            MAX_VIEWERS + " pages are open already; close one, or read /status instead\n");
  }

  @Override
  public void join(AdminViewer viewer) {
    viewers.incrementAndGet();
    // First: one that has gone already is taken out again behind it.
    later(() -> welcome(viewer));
    viewer.onGone(
        () -> {
          viewers.decrementAndGet();
          later(() -> missed.remove(viewer));
        });
  }

  /** Places taken now. */
  int viewers() {
    return viewers.get();
  }

  private void later(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      // The server ends.
    }
  }

  private void welcome(AdminViewer viewer) {
    missed.put(viewer, 0);
    tell(event("history", history.seconds()), List.of(viewer));
    look(false);
  }

  /**
   * Takes everything down.
   *
   * @param ticked a second is over; else somebody has come in the middle of one
   */
  private void look(boolean ticked) {
    if (asking) {
      return;
    }
    asking = true;
    try {
      ask(ticked);
    } catch (RuntimeException e) {
      onDone(e);
    }
  }

  private void ask(boolean ticked) {
    boolean seen = !missed.isEmpty();
    CompletableFuture<List<FailureRow>> failures =
        seen ? sources.calls().failures(thread) : CompletableFuture.completedFuture(List.of());
    sources
        .calls()
        .numbers(thread)
        .thenAcceptBothAsync(
            failures, (numbers, failed) -> onLooked(numbers, failed, seen, ticked), thread)
        .whenCompleteAsync((done, failure) -> onDone(failure), thread);
  }

  private void onDone(@Nullable Throwable failure) {
    asking = false;
    if (failure != null) {
      log.warn("no picture for the web page: {}", failure.toString());
    }
  }

  private void onLooked(
      CallNumbers numbers, List<FailureRow> failures, boolean seen, boolean ticked) {
    long nanos = System.nanoTime();
    if (ticked) {
      history.add(numbers, sources.running().getAsLong(), System.currentTimeMillis(), nanos);
    }
    if (!seen) {
      rules.clear();
      pictures = 0;
      return;
    }
    Map<String, RuleCalls> counted = sources.metrics().byRule();
    rules.add(counted, nanos);
    if (pictures++ % WARNINGS_EVERY == 0) {
      Stream<String> odd = sources.rules().get().warnings().stream().map(Object::toString);
      warnings = Stream.concat(sources.warnings().get().stream(), odd).limit(MAX_WARNINGS).toList();
    }
    long unmatched = counted.getOrDefault("", RuleCalls.NONE).calls();
    tell(event("picture", picture(failures, unmatched)), List.copyOf(missed.keySet()));
  }

  private LivePicture picture(List<FailureRow> failures, long unmatched) {
    RegistrySnapshot registry = sources.registry().snapshot();
    RoutingTable table = sources.router().table();
    return new LivePicture(
        sources.draining().getAsBoolean() ? "draining" : "running",
        sources.version(),
        sources.since().toString(),
        sources.running().getAsLong(),
        sources.total().getAsLong(),
        sources.connections().getAsLong(),
        sources.memory().getAsDouble(),
        history.last(),
        registry.sessions().size(),
        (int) registry.sessions().stream().filter(agent -> !agent.isHealthy()).count(),
        GroupPictures.of(registry),
        Math.max(0, registry.groups().size() - GroupPictures.MAX_GROUPS),
        FailureGroups.of(failures),
        sources.rules().get().isCurrent(),
        sources.rules().get().since().toString(),
        rules.rows(table),
        Math.max(0, table.rules().size() - RuleRates.MAX_RULES),
        unmatched,
        warnings);
  }

  /** Made when the first viewer has come. */
  private static final class Json {
    static final Gson WRITER = new GsonBuilder().disableHtmlEscaping().create();
  }

  /** An event as it goes over the wire: JSON has no line ends of its own. */
  private static ByteBuf event(String name, Object value) {
    String text = "event: " + name + "\ndata: " + Json.WRITER.toJson(value) + "\n\n";
    return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @param event ownership passes to this method
   */
  private void tell(ByteBuf event, List<AdminViewer> whom) {
    try {
      for (AdminViewer viewer : whom) {
        int times = viewer.offer(event) ? 0 : missed.getOrDefault(viewer, 0) + 1;
        if (times >= MOST_MISSED) {
          log.info("a viewer of the web page that reads too slowly is let go");
          missed.remove(viewer);
          viewer.drop();
        } else {
          missed.replace(viewer, times);
        }
      }
    } finally {
      event.release();
    }
  }

  /** Tells nothing any more. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
