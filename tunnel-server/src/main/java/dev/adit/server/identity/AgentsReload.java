package dev.adit.server.identity;

import dev.adit.core.config.ConfigProblem;
import dev.adit.core.config.ConfigProblems;
import dev.adit.server.config.agents.AgentIdentity;
import dev.adit.server.config.agents.AgentsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the file of agents by its content: a change is in force within two seconds, and a file
 * that cannot be used leaves the last good one in force, whole. Works on a thread of its own,
 * {@code agents-reload}.
 */
public final class AgentsReload implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AgentsReload.class);
  private static final Duration POLL = Duration.ofSeconds(1);

  /** Longest file that is read. */
  private static final int MAX_BYTES = 1 << 20;

  // deps
  private final Path file;
  private final AgentIdentities identities;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread daemon = new Thread(task, "agents-reload");
            daemon.setDaemon(true);
            return daemon;
          });

  // state, confined to the thread
  private byte[] loaded;
  private byte[] seen;

  // shared: what is wrong with the file now; empty if nothing is
  private volatile List<ConfigProblem> problems = List.of();

  private AgentsReload(Path file, AgentIdentities identities, byte[] loaded) {
    this.file = file;
    this.identities = identities;
    this.loaded = loaded;
    seen = loaded;
  }

  /**
   * Follows a file from now on.
   *
   * @param identities what it holds now
   * @throws IOException if it cannot be read
   */
  public static AgentsReload start(Path file, AgentIdentities identities) throws IOException {
    AgentsReload reload = new AgentsReload(file, identities, content(file));
    reload.thread.scheduleWithFixedDelay(
        reload::look, POLL.toMillis(), POLL.toMillis(), TimeUnit.MILLISECONDS);
    return reload;
  }

  private static byte[] content(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return in.readNBytes(MAX_BYTES + 1);
    }
  }

  /** What is wrong with the file as it is; while there is something, the last good one counts. */
  public List<ConfigProblem> problems() {
    return problems;
  }

  /** Loads the file when it has changed and has stayed as it is for one look more. */
  private void look() {
    try {
      byte[] now = content(file);
      boolean settled = Arrays.equals(now, seen);
      seen = now;
      if (settled && !Arrays.equals(now, loaded)) {
        loaded = now;
        load();
      }
    } catch (IOException e) {
      refuse(List.of(unreadable(e)));
    } catch (RuntimeException e) {
      // Whatever it is, the next look must come.
      log.error("{} could not be looked at", file, e);
    }
  }

  private ConfigProblem unreadable(IOException e) {
    String expected = "expected a readable file; " + e.getClass().getSimpleName();
    return new ConfigProblem(file.toString(), 1, 1, ConfigProblem.WHOLE_FILE, expected, null);
  }

  private void load() {
    ConfigProblems found = new ConfigProblems();
    List<AgentIdentity> now = AgentsFile.read(file, found);
    if (found.isEmpty()) {
      problems = List.of();
      identities.replace(now);
      log.info("{}: {} identities are in force", file, now.size());
    } else {
      refuse(found.toList());
    }
  }

  private void refuse(List<ConfigProblem> found) {
    if (!found.toString().equals(problems.toString())) {
      StringBuilder lines = new StringBuilder();
      found.forEach(problem -> lines.append("\n  ").append(problem));
      log.error("{} refused, the last good one stays in force:{}", file, lines);
    }
    problems = found;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
