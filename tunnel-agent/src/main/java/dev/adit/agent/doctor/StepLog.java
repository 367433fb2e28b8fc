package dev.adit.agent.doctor;

import dev.adit.agent.doctor.steps.ConnectionSteps;
import dev.adit.agent.doctor.steps.Step;
import dev.adit.agent.doctor.steps.Trouble;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;

/** The steps to one address: what has been told of them, and which are left. */
final class StepLog implements ConnectionSteps.Told {
  private final String target;
  private final Consumer<Finding> findings;
  private final Set<Step> left;

  /**
   * Nothing has been tried.
   *
   * @param proxied by a proxy rather than directly
   * @param encrypted with TLS
   */
  StepLog(String target, boolean proxied, boolean encrypted, Consumer<Finding> findings) {
    this(target, EnumSet.range(Step.DNS, Step.HEARTBEAT), findings);
    left.remove(proxied ? Step.TCP : Step.PROXY);
    if (!encrypted) {
      left.removeAll(EnumSet.of(Step.TLS, Step.ALPN));
    }
  }

  private StepLog(String target, Set<Step> left, Consumer<Finding> findings) {
    this.target = target;
    this.left = left;
    this.findings = findings;
  }

  /** The same steps, less those that are done, with one of the addresses. */
  StepLog forAddress(String suffix) {
    return new StepLog(target + suffix, EnumSet.copyOf(left), findings);
  }

  @Override
  public void ok(Step step, String found) {
    left.remove(step);
    findings.accept(Finding.ok(step, target, found));
  }

  @Override
  public void failed(Step step, Trouble trouble) {
    left.remove(step);
    findings.accept(Finding.failed(step, target, trouble));
  }

  /** A step that is not tried, and why. */
  void skipped(Step step, String why) {
    left.remove(step);
    findings.accept(Finding.skipped(step, target, why));
  }

  /** What is left is not reached. */
  void skipRest() {
    for (Step step : Step.values()) {
      if (left.contains(step)) {
        skipped(step, "not reached");
      }
    }
  }
}
