package dev.adit.core.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.testing.tunnel.HandLoop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a process does whose heap is full of what is in use; what direct buffers do is an IT's. */
final class MemoryWatchTest {
  private static final Duration LOOK = Duration.ofMillis(100);

  /** A process with a small heap, which it fills and empties. */
  static final class FullHeap {
    private static final int MIB = 1 << 20;

    private FullHeap() {}

    /** Says after each step whether new calls would be taken. */
    @SuppressWarnings("SystemOut") // it is what the test reads
    public static void main(String[] args) {
      HandLoop hand = new HandLoop();
      MemoryWatch watch = MemoryWatch.start(hand.loop());
      hand.advance(LOOK);
      System.out.println("begun: " + verdict(watch));

      MemoryPoolMXBean old =
          ManagementFactory.getMemoryPoolMXBeans().stream()
              .filter(pool -> pool.getName().contains("Tenured"))
              .findFirst()
              .orElseThrow();
      System.gc();
      long free = 9 * old.getUsage().getMax() / 10 - old.getUsage().getUsed();
      byte[][] held = new byte[(int) (free / MIB) + 1][];
      Arrays.setAll(held, each -> new byte[MIB]);
      System.gc();
      hand.advance(LOOK);
      System.out.println("full: " + verdict(watch));

      Arrays.fill(held, null);
      // Nobody calls, so nothing is allocated that would have it collected.
      hand.advance(Duration.ofSeconds(11));
      hand.advance(LOOK);
      System.out.println("empty: " + verdict(watch));
    }

    private static String verdict(MemoryWatch watch) {
      return watch.budget().isExhausted() ? "refuses" : "takes";
    }
  }

  @Test
  void fullHeapRefusesCallsUntilItIsFoundEmptyThoughNobodyCalls()
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                FullHeap.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    assertEquals(List.of("begun: takes", "full: refuses", "empty: takes"), said.lines().toList());
  }
}
