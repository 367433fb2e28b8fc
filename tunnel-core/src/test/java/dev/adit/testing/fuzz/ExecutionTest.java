package dev.adit.testing.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ExecutionTest {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final int MIB = 1 << 20;

  private final List<byte[]> kept = new ArrayList<>();
  private int runs;

  private void allocate(int bytes) {
    kept.add(new byte[bytes]);
    kept.clear();
  }

  @Test
  void inputThatCostsLittleRunsOnce() {
    Execution.of(new byte[1], MIB, input -> runs++);
    assertEquals(1, runs);
  }

  @Test
  void inputThatIsSlowEachTimeFails() {
    long[] sum = {0};
    AssertionError failure =
        assertThrows(
            AssertionError.class,
            () ->
                Execution.of(
                    new byte[1],
                    MIB,
                    input -> {
                      // Processor time, however much of it this host leaves to us.
                      long end = THREADS.getCurrentThreadCpuTime() + 200_000_000;
                      while (THREADS.getCurrentThreadCpuTime() < end) {
                        sum[0]++;
                      }
                    }));
    assertTrue(String.valueOf(failure.getMessage()).startsWith("takes "), failure.toString());
    assertTrue(sum[0] > 0);
  }

  @Test
  void inputThatAllocatesTooMuchEachTimeFails() {
    assertThrows(
        AssertionError.class, () -> Execution.of(new byte[1], MIB, input -> allocate(2 * MIB)));
    Execution.of(new byte[MIB], MIB, input -> allocate(2 * MIB));
  }

  @Test
  void inputThatCostsMuchOnceIsRunAgain() {
    Execution.of(new byte[1], MIB, input -> allocate(runs++ == 0 ? 2 * MIB : 1));
    assertEquals(2, runs);
  }

  @Test
  void exceptionThatEscapesFails() {
    AssertionError failure =
        assertThrows(
            AssertionError.class,
            () ->
                Execution.of(
                    new byte[0],
                    MIB,
                    input -> {
                      throw new IOException("gone");
                    }));
    assertTrue(failure.getCause() instanceof IOException);
  }
}
