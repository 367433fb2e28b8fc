package dev.adit.testing.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What one input may cost: 100 ms of this thread's processor time, and memory of ten times its size
 * beside what any input costs. What passes a limit is run again, and counts only if it passes it
 * each time: the loading of a class comes once, a slow input is slow every time. Other processes
 * and the garbage collector take no processor time of this thread.
 */
public final class Execution {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final long MAX_NANOS = 100_000_000;
  private static final int MAX_BYTES_PER_BYTE = 10;
  private static final int TRIES = 5;

  private Execution() {}

  /** What is done with an input. It must do the same each time. */
  @FunctionalInterface
  public interface Body {
    void run(byte[] input) throws Exception;
  }

  /**
   * Runs an input.
   *
   * @param anyway bytes that are allocated whatever the input is, garbage included
   */
  public static void of(byte[] input, long anyway, Body body) {
    long maxBytes = anyway + (long) MAX_BYTES_PER_BYTE * input.length;
    long nanos = Long.MAX_VALUE;
    long bytes = Long.MAX_VALUE;
    for (int i = 0; i < TRIES && (nanos > MAX_NANOS || bytes > maxBytes); i++) {
      long allocated = THREADS.getCurrentThreadAllocatedBytes();
      long start = THREADS.getCurrentThreadCpuTime();
      run(input, body);
      nanos = Math.min(nanos, THREADS.getCurrentThreadCpuTime() - start);
      bytes = Math.min(bytes, THREADS.getCurrentThreadAllocatedBytes() - allocated);
    }
    if (nanos > MAX_NANOS) {
      throw new AssertionError("takes " + nanos / 1_000_000 + " ms");
    }
    if (bytes > maxBytes) {
      throw new AssertionError("allocates " + bytes + " B, allowed are " + maxBytes);
    }
  }

  private static void run(byte[] input, Body body) {
    try {
      body.run(input);
    } catch (Exception e) {
      throw new AssertionError("an exception escapes", e);
    }
  }
}
