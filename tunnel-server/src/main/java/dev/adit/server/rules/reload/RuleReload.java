package dev.adit.server.rules.reload;

import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigProblem;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.name.GroupName;
import dev.adit.core.status.Sheet;
import dev.adit.server.routing.Router;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.rules.RuleDirectory;
import dev.adit.server.rules.RuleFileReader;
import dev.adit.server.rules.RuleSet;
import dev.adit.server.rules.check.LintFinding;
import dev.adit.server.rules.check.RuleLint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the rules directory by the hash of its content and swaps the router's table when it has
 * changed and all is well; otherwise the last good one stays, whole. Everything but the start runs
 * on one background thread, {@code rule-reload}.
 */
public final class RuleReload implements AutoCloseable {

  /** How often the files are looked at. */
  public static final Duration POLL = Duration.ofSeconds(1);

  /** How long changed files must stay as they are before they are read. */
  public static final Duration DEBOUNCE = Duration.ofMillis(250);

  /** How often they are waited for. Files that never rest are read as they are then, after 5 s. */
  private static final int MOST_WAITS = 20;

  private static final Logger log = LoggerFactory.getLogger(RuleReload.class);

  // deps
  private final RuleDirectory directory;
  private final Router router;
  private final Predicate<GroupName> isServable;
  private final Consumer<ReloadStatus> listener;
  private final Clock clock;
  private final ScheduledExecutorService thread;

  // state, confined to the background thread
  private String seenState;
  private RuleDirectory.@Nullable Snapshot seen;
  private String unreadable = "";
  private boolean settling;

  // shared: an immutable snapshot, replaced as a whole
  private volatile ReloadStatus status;

  private RuleReload(
      RuleSet first,
      RuleDirectory directory,
      Router router,
      Predicate<GroupName> isServable,
      Consumer<ReloadStatus> listener,
      Clock clock) {
    this.directory = directory;
    this.router = router;
    this.isServable = isServable;
    this.listener = listener;
    this.clock = clock;
    this.seenState = state(first.hash(), first.directory().unread());
    this.status = loaded(first, 1, 0);
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread daemon = new Thread(task, "rule-reload");
              daemon.setDaemon(true);
              return daemon;
            });
  }

  /**
   * Reads the rules, puts them in force, and from now on follows their changes. Blocks while it
   * reads.
   *
   * @param isServable whether any agent may serve a group, for warnings; asked on the background
   *     thread
   * @param listener told each new status, on the background thread
   * @throws ConfigException if the rules cannot be used as they are; nothing has been started then
   */
  public static RuleReload start(
      Path directory,
      Router router,
      Predicate<GroupName> isServable,
      Consumer<ReloadStatus> listener,
      Clock clock)
      throws ConfigException {
    RuleSet first = RuleFileReader.read(directory);
    router.replace(first.toTable(null));
    RuleReload reload =
        new RuleReload(first, new RuleDirectory(directory), router, isServable, listener, clock);
    log.info("rules {}: {}", shown(first.hash()), first.extent());
    reload.warn();
    listener.accept(reload.status);
    reload.thread.scheduleWithFixedDelay(
        reload::poll, POLL.toMillis(), POLL.toMillis(), TimeUnit.MILLISECONDS);
    return reload;
  }

  /** How the rules stand. */
  public ReloadStatus status() {
    return status;
  }

  /** Reads the files now, changed or not, and tells how the rules stand then. */
  public CompletableFuture<ReloadStatus> reload() {
    try {
      return CompletableFuture.supplyAsync(this::loadNow, thread);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(status);
    }
  }

  /** Stops following changes; the rules in force stay so. */
  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void poll() {
    try {
      String state = state(snapshot());
      if (!settling && (!state.equals(seenState) || !unreadable.isEmpty())) {
        awaitRest(state, 1);
      }
    } catch (IOException e) {
      refuse(e);
    } catch (RuntimeException e) {
      // Whatever it is, the next poll must come.
      log.error("rules could not be looked at", e);
    }
  }

  private void awaitRest(String state, int waits) {
    thread.schedule(() -> settle(state, waits), DEBOUNCE.toMillis(), TimeUnit.MILLISECONDS);
    settling = true;
  }

  /** Loads the files if they have stayed as they were, or have been waited for long enough. */
  private void settle(String state, int waits) {
    settling = false;
    try {
      RuleDirectory.Snapshot snapshot = snapshot();
      String now = state(snapshot);
      boolean loadedMeanwhile = now.equals(seenState) && unreadable.isEmpty();
      if (loadedMeanwhile) {
        return;
      }
      if (now.equals(state) || waits >= MOST_WAITS) {
        load(snapshot);
      } else {
        awaitRest(now, waits + 1);
      }
    } catch (IOException e) {
      refuse(e);
    } catch (RuntimeException e) {
      log.error("rules could not be loaded", e);
    }
  }

  private ReloadStatus loadNow() {
    try {
      seen = null;
      load(snapshot());
    } catch (IOException e) {
      refuse(e);
    }
    return status;
  }

  private RuleDirectory.Snapshot snapshot() throws IOException {
    RuleDirectory.Snapshot now = directory.snapshot(seen);
    seen = now;
    return now;
  }

  private static String state(RuleDirectory.Snapshot snapshot) {
    return state(snapshot.hash(), snapshot.unread());
  }

  /** All that a reload looks at: a file that is not read is a warning, so that it counts too. */
  private static String state(String hash, List<Path> unread) {
    return hash + unread;
  }

  private void load(RuleDirectory.Snapshot snapshot) {
    seenState = state(snapshot);
    unreadable = "";
    ConfigProblems problems = new ConfigProblems();
    RuleSet rules = RuleFileReader.read(snapshot, problems);
    if (!problems.isEmpty()) {
      refuse(snapshot.hash(), problems.toList());
      return;
    }
    RoutingTable before = router.table();
    router.replace(rules.toTable(before));
    status = loaded(rules, status.loaded() + 1, status.refused());
    log.info("rules {} replace {}: {}", shown(rules.hash()), shown(before.hash()), rules.extent());
    warn();
    listener.accept(status);
  }

  private void refuse(IOException e) {
    ConfigProblem problem = RuleFileReader.unreadable(directory.path(), e);
    if (!unreadable.equals(problem.toString())) {
      unreadable = problem.toString();
      refuse("(unreadable)", List.of(problem));
    }
  }

  private void refuse(String hash, List<ConfigProblem> problems) {
    ReloadStatus now = status;
    status =
        new ReloadStatus(
            now.hash(),
            now.since(),
            now.rules(),
            now.files(),
            now.loaded(),
            now.refused() + 1,
            problems,
            now.warnings());
    StringBuilder lines = new StringBuilder();
    problems.forEach(problem -> lines.append("\n  ").append(problem));
    log.error(
        "rules {} refused, {} stay in force; {}:{}",
        shown(hash),
        shown(now.hash()),
        Sheet.count(problems.size(), "problem", "problems"),
        lines);
    listener.accept(status);
  }

  private ReloadStatus loaded(RuleSet rules, long loaded, long refused) {
    List<LintFinding> warnings = RuleLint.lint(rules, isServable);
    return new ReloadStatus(
        rules.hash(),
        clock.instant(),
        rules.rules().size(),
        rules.files(),
        loaded,
        refused,
        List.of(),
        warnings);
  }

  private void warn() {
    for (LintFinding warning : status.warnings()) {
      log.warn("{}", warning);
    }
  }

  private static String shown(String hash) {
    return hash.length() > 12 ? hash.substring(0, 12) : hash;
  }
}
