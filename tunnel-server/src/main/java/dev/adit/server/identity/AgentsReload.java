package dev.adit.server.identity;

import dev.adit.core.config.ConfigProblem;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.process.ContentWatch;
import dev.adit.server.config.agents.AgentIdentity;
import dev.adit.server.config.agents.AgentsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the file of agents: a change is in force within three seconds, and a file that cannot be
 * used leaves the last good one in force, whole. Works on a thread of its own, {@code
 * agents-reload}.
 */
public final class AgentsReload implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AgentsReload.class);

  // deps
  private final Path file;
  private final ContentWatch watch;

  // shared: what is wrong with the file now; empty if nothing is
  private volatile List<ConfigProblem> problems = List.of();

  // shared
  private final AtomicLong loaded = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  /** To be made before the file is read for the first time, so that no change is missed. */
  public AgentsReload(Path file) {
    this.file = file;
    watch = new ContentWatch("agents-reload", List.of(file));
  }

  /**
   * Follows the file from now on; once.
   *
   * @param identities what it held when it was read
   */
  public void start(AgentIdentities identities) {
    watch.start(() -> load(identities));
  }

  /** What is wrong with the file as it is; while there is something, the last good one counts. */
  public List<ConfigProblem> problems() {
    return problems;
  }

  /** How often a changed file has come into force. */
  public long loaded() {
    return loaded.get();
  }

  /** How often a changed file was refused. */
  public long refused() {
    return refused.get();
  }

  private void load(AgentIdentities identities) {
    ConfigProblems found = new ConfigProblems();
    List<AgentIdentity> now = read(found);
    problems = found.toList();
    if (found.isEmpty()) {
      identities.replace(now);
      loaded.incrementAndGet();
      log.info("{}: {} identities are in force", file, now.size());
      return;
    }
    refused.incrementAndGet();
    StringBuilder lines = new StringBuilder();
    problems.forEach(problem -> lines.append("\n  ").append(problem));
    log.error("{} refused, the last good one stays in force:{}", file, lines);
  }

  private List<AgentIdentity> read(ConfigProblems found) {
    try {
      ContentWatch.checkFile(file);
      return AgentsFile.read(file, found);
    } catch (IOException e) {
      String where = file.toString();
      found.add(
          new ConfigProblem(
              where, 1, 1, ConfigProblem.WHOLE_FILE, "expected a file; " + e.getMessage(), null));
      return List.of();
    }
  }

  @Override
  public void close() {
    watch.close();
  }
}
