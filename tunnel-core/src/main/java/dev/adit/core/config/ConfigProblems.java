package dev.adit.core.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the problems of one reading, of one file or of many, so that all are told at once. */
public final class ConfigProblems {

  /** Enough to mend a file by; a hopeless file must not fill the log. */
  private static final int MAX_KEPT = 100;

  private final List<ConfigProblem> kept = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private int found;

  /** Adds one problem. */
  public void add(ConfigProblem problem) {
    found++;
    if (kept.size() < MAX_KEPT) {
      kept.add(problem);
    }
  }

  /** Adds what does no harm to the reading, but may not be what was meant. */
  public void warn(String line) {
    warnings.add(line);
  }

  /** What does no harm, but may not be what was meant; a line each. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** No problem has been found so far. */
  public boolean isEmpty() {
    return found == 0;
  }

  /** How many have been found, kept or not. */
  public int size() {
    return found;
  }

  /** The first hundred problems: files in the order they were read, each from top to bottom. */
  public List<ConfigProblem> toList() {
    List<String> files = kept.stream().map(ConfigProblem::file).distinct().toList();
    return kept.stream()
        .sorted(
            Comparator.comparingInt((ConfigProblem problem) -> files.indexOf(problem.file()))
                .thenComparingInt(ConfigProblem::line)
                .thenComparingInt(ConfigProblem::column))
        .toList();
  }

  /** Ends the reading if anything was wrong. */
  public void throwIfAny() throws ConfigException {
    if (!isEmpty()) {
      throw new ConfigException(toList(), found);
    }
  }
}
