package dev.adit.core.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
final class ContentWatchTest {
  private static final Duration TWO_LOOKS = ContentWatch.POLL.multipliedBy(2).plusMillis(300);

  @TempDir Path directory;

  private final AtomicInteger told = new AtomicInteger();
  private Path file;
  private ContentWatch watch;

  @BeforeEach
  void watchFile() throws IOException {
    file = Files.writeString(directory.resolve("a"), "one");
    watch = new ContentWatch("watch", List.of(file, directory.resolve("absent")));
  }

  @AfterEach
  void close() {
    watch.close();
  }

  private void awaitTold(int times) {
    await().until(() -> told.get() == times);
  }

  @Test
  void changeBeforeTheStartIsNotMissed() throws IOException {
    Files.writeString(file, "two");
    watch.start(told::incrementAndGet);
    awaitTold(1);
  }

  /** A pipe that nobody writes into kept the thread, and no change was seen any more. */
  @Test
  void pipeIsNotWaitedFor() throws Exception {
    watch.start(told::incrementAndGet);
    Files.delete(file);
    assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
    awaitTold(1);
    Files.delete(file);
    Files.writeString(file, "two");
    awaitTold(2);
  }

  @Test
  void sameContentIsNoChangeHoweverItIsWritten() throws IOException {
    watch.start(told::incrementAndGet);
    Path other = Files.writeString(directory.resolve("b"), "one");
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    await().during(TWO_LOOKS).atMost(TWO_LOOKS.multipliedBy(3)).until(() -> told.get() == 0);
    assertEquals(0, told.get());
  }

  @Test
  void fileThatGoesAndComesIsChangeEachTime() throws IOException {
    watch.start(told::incrementAndGet);
    Files.delete(file);
    awaitTold(1);
    Files.writeString(file, "one");
    awaitTold(2);
  }

  /** A file that something writes anew each second was never read. */
  @Test
  void fileThatNeverRestsIsToldOfAllTheSame() {
    watch.start(told::incrementAndGet);
    AtomicInteger version = new AtomicInteger();
    await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(ContentWatch.POLL.multipliedBy(20))
        .until(
            () -> {
              Path next = Files.writeString(directory.resolve("b"), "two " + version.get());
              version.incrementAndGet();
              Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
              return told.get() > 0;
            });
  }

  @Test
  void taskThatFailsIsRunAgainAtTheNextChange() throws IOException {
    watch.start(
        () -> {
          told.incrementAndGet();
          throw new IllegalStateException("a task that fails");
        });
    Files.writeString(file, "two");
    awaitTold(1);
    Files.writeString(file, "three");
    awaitTold(2);
  }
}
