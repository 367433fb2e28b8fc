package dev.adit.server.accesslog;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import dev.adit.server.config.AccessLogConfig;
import dev.adit.server.config.AccessLogConfig.Format;
import dev.adit.testing.tunnel.HandLoop;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of the log: put aside when it is full, opened again when it was moved, a full disk. */
final class LogFileTest {
  private static final Path FULL = Path.of("/dev/full");

  @TempDir private Path directory = Path.of("");
  private final HandLoop hand = new HandLoop();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private AccessLog open(Path file) throws IOException {
    return new AccessLog(
        Records.config(Format.JSON, file), OutputStream.nullOutputStream(), Clock.systemUTC());
  }

  @Test
  void fullFileIsPutAsideAndTheOldestGoes() throws IOException {
    Path file = directory.resolve("access.log");
    Files.writeString(file, "old\n");
    LogFile log = new LogFile(file, 10, 2);
    for (String line : List.of("one\n", "two\n", "three\n", "four\n", "five\n", "six\n")) {
      assertEquals(line.length(), log.write(bytes(line), line.length()));
    }
    log.close();
    assertEquals("six\n", Files.readString(file));
    assertEquals("four\nfive\n", Files.readString(directory.resolve("access.log.1")));
    assertEquals("two\nthree\n", Files.readString(directory.resolve("access.log.2")));
    assertFalse(Files.exists(directory.resolve("access.log.3")));
  }

  @Test
  void fileThatCannotBePutAsideGrowsOn() throws IOException {
    Path file = directory.resolve("access.log");
    Path inTheWay = Files.createDirectory(directory.resolve("access.log.1"));
    Files.writeString(inTheWay.resolve("something"), "");
    LogFile log = new LogFile(file, 5, 1);
    log.write(bytes("one\n"), 4);
    assertEquals(4, log.write(bytes("two\n"), 4));
    log.close();
    assertEquals("one\ntwo\n", Files.readString(file));
  }

  @Test
  void movedFileIsOpenedAgainByItsName() throws IOException {
    Path file = directory.resolve("access.log");
    AccessLog log = open(file);
    Records.call(log, hand, "/before", "0");
    await().until(() -> Files.size(file) > 0);
    Files.move(file, directory.resolve("moved"));
    log.reopen();
    await().until(() -> Files.exists(file));
    Records.call(log, hand, "/after", "0");
    log.close();
    assertTrue(Files.readString(file).contains("/after"));
    assertFalse(Files.readString(directory.resolve("moved")).contains("/after"));
  }

  @Test
  void directoryThatIsGoneAtReopeningLeavesTheOldFileInUse() throws IOException {
    Path logs = Files.createDirectory(directory.resolve("logs"));
    Path file = logs.resolve("access.log");
    LogFile log = new LogFile(file, AccessLogConfig.UNLIMITED, 1);
    Path moved = directory.resolve("moved");
    Files.move(logs, moved);
    log.reopen();
    assertEquals(4, log.write(bytes("one\n"), 4));
    log.close();
    assertEquals("one\n", Files.readString(moved.resolve("access.log")));
  }

  @Test
  void fileInADirectoryThatIsNotThereCannotBeOpened() {
    assertThrows(NoSuchFileException.class, () -> open(directory.resolve("none/access.log")));
  }

  /** A device that is always full, then a file in its place. */
  @Test
  void fullDeviceDropsLinesCountsThemWarnsAndGoesOnWhenThereIsRoom() throws IOException {
    assumeTrue(Files.isWritable(FULL), "no /dev/full here: the full device is not tried");
    Path file = directory.resolve("access.log");
    Files.createSymbolicLink(file, FULL);
    AccessLog log = open(file);
    for (int i = 0; i < 100; i++) {
      Records.call(log, hand, "/lost", "0");
    }
    await().until(() -> log.dropped() == 100);
    assertEquals(1, log.warnings().size());
    assertTrue(
        log.warnings().get(0).contains("100 lines dropped: " + file), log.warnings()::toString);
    Files.delete(file);
    log.reopen();
    await().until(() -> Files.isRegularFile(file));
    Records.call(log, hand, "/kept", "0");
    await().until(() -> log.warnings().isEmpty());
    log.close();
    assertEquals(100, log.dropped());
    assertEquals(1, Files.readAllLines(file).size());
  }

  /** A real file system of 64 KiB: what does not fit is lost whole, and nothing is torn. */
  @Test
  void fullFileSystemLeavesWholeLinesOnlyAndTakesMoreWhenThereIsRoom() throws Exception {
    Path small = Files.createDirectory(directory.resolve("small"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small.toString()),
        "no file system can be mounted here: the full one is not tried");
    try {
      Path file = small.resolve("access.log");
      AccessLog log = open(file);
      for (int i = 0; i < 1000; i++) {
        Records.call(log, hand, "/first", "0");
      }
      await().until(() -> log.dropped() > 0 && !log.warnings().isEmpty());
      await().during(Duration.ofMillis(200)).until(() -> log.dropped() < 1000);
      long whole = 1000 - log.dropped();
      assertEquals(whole, parsed(file));
      Files.move(file, directory.resolve("rescued"));
      log.reopen();
      await().until(() -> Files.exists(file));
      Records.call(log, hand, "/second", "0");
      await().until(() -> log.warnings().isEmpty());
      log.close();
      assertEquals(1, parsed(file));
    } finally {
      run("umount", small.toString());
    }
  }

  private static int parsed(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    return (int) lines.stream().filter(line -> JsonParser.parseString(line).isJsonObject()).count();
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
