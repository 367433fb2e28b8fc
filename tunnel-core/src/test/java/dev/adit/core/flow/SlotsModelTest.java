package dev.adit.core.flow;

import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Slots under interleavings of three threads that take and give: as if one operation came after the
 * other.
 */
@Timeout(120)
public class SlotsModelTest {
  /** As many as all threads together could give back. */
  private static final int TAKEN_AT_FIRST = 6;

  private final Slots slots = new Slots(TAKEN_AT_FIRST + 1);

  public SlotsModelTest() {
    for (int i = 0; i < TAKEN_AT_FIRST; i++) {
      slots.tryTake();
    }
  }

  // The operations of the model.

  @Operation
  public boolean take() {
    return slots.tryTake();
  }

  @Operation
  public void giveBack() {
    slots.giveBack();
  }

  @Operation
  public int taken() {
    return slots.taken();
  }

  @Operation
  public boolean full() {
    return slots.isFull();
  }

  @Test
  void operationsAreLinearizable() {
    LinChecker.check(
        SlotsModelTest.class,
        new ModelCheckingOptions()
            .iterations(30)
            .invocationsPerIteration(1000)
            .threads(3)
            .actorsPerThread(2));
  }
}
