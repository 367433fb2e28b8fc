package dev.adit.demo.backend.engine;

/** An action's arguments that the engine cannot use; the caller is told the problem. */
final class BadArgumentException extends Exception {
  private static final long serialVersionUID = 1;

  private final String problem;

  BadArgumentException(String problem) {
    super(problem);
    this.problem = problem;
  }

  /** Which argument, and what was expected. */
  String problem() {
    return problem;
  }
}
