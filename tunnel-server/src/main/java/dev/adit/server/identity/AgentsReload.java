package dev.adit.server.identity;

import dev.adit.core.config.ConfigProblem;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.process.ContentWatch;
import dev.adit.server.config.agents.AgentIdentity;
import dev.adit.server.config.agents.AgentsFile;
import java.nio.file.Path;
import java.util.List;
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
  private final AgentIdentities identities;
  private final ContentWatch watch;

  // shared: what is wrong with the file now; empty if nothing is
  private volatile List<ConfigProblem> problems = List.of();

  private AgentsReload(Path file, AgentIdentities identities) {
    this.file = file;
    this.identities = identities;
    watch = ContentWatch.start("agents-reload", List.of(file), this::load);
  }

  /**
   * Follows a file from now on.
   *
   * @param identities what it holds now
   */
  public static AgentsReload start(Path file, AgentIdentities identities) {
    return new AgentsReload(file, identities);
  }

  /** What is wrong with the file as it is; while there is something, the last good one counts. */
  public List<ConfigProblem> problems() {
    return problems;
  }

  private void load() {
    ConfigProblems found = new ConfigProblems();
    List<AgentIdentity> now = AgentsFile.read(file, found);
    problems = found.toList();
    if (found.isEmpty()) {
      identities.replace(now);
      log.info("{}: {} identities are in force", file, now.size());
      return;
    }
    StringBuilder lines = new StringBuilder();
    problems.forEach(problem -> lines.append("\n  ").append(problem));
    log.error("{} refused, the last good one stays in force:{}", file, lines);
  }

  @Override
  public void close() {
    watch.close();
  }
}
