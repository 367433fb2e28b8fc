package dev.adit.core.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used; carries every problem that was found in it. */
public final class ConfigException extends Exception {

  private final transient List<ConfigProblem> problems;

  ConfigException(List<ConfigProblem> problems, int found) {
    super(describe(problems, found));
    this.problems = List.copyOf(problems);
  }

  /** A configuration with a single problem. */
  public ConfigException(ConfigProblem problem) {
    this(List.of(problem), 1);
  }

  /** What is wrong, in file order. */
  public List<ConfigProblem> problems() {
    return problems;
  }

  private static String describe(List<ConfigProblem> problems, int found) {
    String lines = problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n"));
    int left = found - problems.size();
    return left == 0 ? lines : lines + "\n... and " + left + " more";
  }
}
