package dev.adit.server.accesslog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.server.config.AccessLogConfig;
import dev.adit.server.config.AccessLogConfig.Format;
import dev.adit.testing.tunnel.HandLoop;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which calls get a line, and that nobody ever waits for one. */
final class AccessLogTest {
  private static final Clock CLOCK = Clock.systemUTC();

  private final HandLoop hand = new HandLoop();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private List<String> lines() {
    return out.toString(StandardCharsets.US_ASCII).lines().toList();
  }

  /** A stream that takes nothing until it may. */
  private static final class Stuck extends OutputStream {
    private final OutputStream out;
    private final CountDownLatch writing = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    Stuck(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      writing.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      out.write(bytes, offset, length);
    }
  }

  @Test
  void linesGoToTheFileInOrderAndNoneIsLostAtTheEnd(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("access.log");
    Files.writeString(file, "before\n");
    AccessLog log =
        new AccessLog(Records.config(Format.TEXT, file), OutputStream.nullOutputStream(), CLOCK);
    for (int i = 0; i < 1000; i++) {
      Records.call(log, hand, "/" + i, "0");
    }
    log.close();
    List<String> lines = Files.readAllLines(file);
    assertEquals(1001, lines.size());
    assertEquals("before", lines.get(0));
    for (int i = 0; i < 1000; i++) {
      assertTrue(lines.get(i + 1).contains("path=\"/" + i + "\""));
    }
  }

  @Test
  void lineThatDoesNotFitIsCountedAndNobodyWaits() throws Exception {
    Stuck stuck = new Stuck(out);
    AccessLog log = new AccessLog(Records.config(Format.TEXT, null), stuck, CLOCK);
    Records.call(log, hand, "/first", "0");
    stuck.writing.await();
    for (int i = 0; i < AccessLog.CAPACITY + 5; i++) {
      Records.call(log, hand, "/more", "0");
    }
    assertEquals(5, log.dropped());
    assertEquals(
        List.of("the access log is slower than the calls, 5 lines dropped"), log.warnings());
    stuck.goOn.countDown();
    log.close();
    assertEquals(AccessLog.CAPACITY + 1, lines().size());
  }

  /** What callers make up is kept as long as a line waits, cut, and no longer. */
  @Test
  void aMillionNamesThatNobodyTakesHoldNoMoreThanTheQueue() throws Exception {
    Stuck stuck = new Stuck(OutputStream.nullOutputStream());
    AccessLog log = new AccessLog(Records.config(Format.JSON, null), stuck, CLOCK);
    Records.call(log, hand, "/first", "0");
    stuck.writing.await();
    byte[] name = new byte[4000];
    new Random(11).nextBytes(name);
    long before = usedBytes();
    int calls = 1_000_000;
    hand.run(
        () -> {
          for (int i = 0; i < calls; i++) {
            ByteBuffer.wrap(name).putInt(i);
            CallRecord record =
                Records.begun(new CallRecord(hand.ticker()), new AsciiString(name, 0, 4000, true));
            record.status(AsciiString.of("12"));
            record.end(hand.ticker().nanoTime());
            log.log(record);
          }
        });
    assertEquals(calls - AccessLog.CAPACITY, log.dropped());
    long held = usedBytes() - before;
    // 4 GB went by; the lines that wait may hold 257 bytes of each name, and what else they say.
    assertTrue(held < 32 << 20, held + " bytes are held");
    stuck.goOn.countDown();
    log.close();
  }

  private static long usedBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  @Test
  void sampleLeavesOutGoodCallsAndNoFailure() throws Exception {
    AccessLogConfig config =
        new AccessLogConfig(
            Format.TEXT, null, AccessLogConfig.UNLIMITED, 5, 10, Duration.ofMinutes(1));
    AccessLog log = new AccessLog(config, out, CLOCK);
    for (int i = 0; i < 5000; i++) {
      Records.call(log, hand, "/good", "0");
    }
    for (int i = 0; i < 100; i++) {
      Records.call(log, hand, "/bad", "5");
    }
    log.close();
    long good = lines().stream().filter(line -> line.contains("/good")).count();
    long bad = lines().stream().filter(line -> line.contains("/bad")).count();
    assertEquals(100, bad);
    // 500 expected; 12 standard deviations either way.
    assertTrue(good > 250 && good < 750, good + " of 5000 at 10 %");
    assertEquals(0, log.dropped());
  }

  @Test
  void logThatIsOffWritesNothing() throws IOException {
    AccessLog log = new AccessLog(Records.config(Format.OFF, null), out, CLOCK);
    Records.call(log, hand, "/s/m", "0");
    log.reopen();
    log.close();
    assertEquals(0, out.size());
    assertEquals(0, log.dropped());
  }
}
