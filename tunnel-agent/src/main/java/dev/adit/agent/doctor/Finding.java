package dev.adit.agent.doctor;

import dev.adit.agent.doctor.steps.Step;
import dev.adit.agent.doctor.steps.Trouble;
import java.util.Locale;

/**
 * What one step has shown.
 *
 * @param target the server or backend, and the address where one was dialled
 * @param found what was seen
 * @param cure what to do; empty unless it failed
 */
public record Finding(Step step, String target, Result result, String found, String cure) {
  /** How it went. */
  public enum Result {
    OK,
    FAILED,
    /** Not tried: an earlier step failed, or the configuration does not ask for it. */
    SKIPPED;

    /** As it is shown. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(Step step, String target, String found) {
    return new Finding(step, target, Result.OK, found, "");
  }

  static Finding skipped(Step step, String target, String why) {
    return new Finding(step, target, Result.SKIPPED, why, "");
  }

  static Finding failed(Step step, String target, Trouble trouble) {
    return new Finding(step, target, Result.FAILED, trouble.found(), trouble.cure());
  }

  /** On one line. */
  @Override
  public String toString() {
    String line =
        String.format(Locale.ROOT, "%-7s %-9s %s: %s", result.word(), step.word(), target, found);
    return cure.isEmpty() ? line : line + "; cure: " + cure;
  }
}
