package dev.adit.core.process;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are seen, without being read, to hold what they held. */
final class FileStampsTest {
  @TempDir Path directory;
  private Path file;

  /** Long after anything here was written. */
  private final Instant later = Instant.now().plus(Duration.ofHours(1));

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(directory.resolve("a.yaml"), "one");
  }

  private FileStamps stamps(Instant readFrom) {
    return FileStamps.of(List.of(directory, file, directory.resolve("none")), readFrom);
  }

  @Test
  void untouchedFilesHoldWhatTheyHeld() {
    assertTrue(stamps(later).stillHold(stamps(later.plusSeconds(1))));
  }

  @Test
  void filesThatHadJustChangedAreReadAgain() {
    Instant now = Instant.now();
    assertFalse(stamps(now).stillHold(stamps(now.plusSeconds(1))));
  }

  /** All of them count, not the first: the file is newer than its directory. */
  @Test
  void filesOfWhichOneHadJustChangedAreReadAgain() throws IOException {
    Instant before = changed(directory);
    while (!changed(file).isAfter(before)) {
      Files.writeString(file, "two");
    }
    Instant trusted = changed(file).plusSeconds(2);
    assertFalse(stamps(trusted).stillHold(stamps(trusted)));
    Instant longAgo = trusted.plusNanos(1);
    assertTrue(stamps(longAgo).stillHold(stamps(longAgo)));
  }

  private static Instant changed(Path file) throws IOException {
    return ((FileTime) Files.getAttribute(file, "unix:ctime")).toInstant();
  }

  @Test
  void changeThatKeepsSizeAndTimeIsSeen() throws IOException {
    FileTime time = Files.getLastModifiedTime(file);
    Object changed = Files.getAttribute(file, "unix:ctime");
    FileStamps before = stamps(later);
    // More than once if the file system's clock has not gone on since the file was made.
    while (changed.equals(Files.getAttribute(file, "unix:ctime"))) {
      Files.writeString(file, "two");
      Files.setLastModifiedTime(file, time);
    }
    assertFalse(before.stillHold(stamps(later)));
  }

  @Test
  void replacementThatKeepsSizeAndTimeIsSeen() throws IOException {
    FileTime time = Files.getLastModifiedTime(file);
    FileStamps before = stamps(later);
    Path other = Files.writeString(directory.resolve("b"), "two");
    Files.setLastModifiedTime(other, time);
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
    assertFalse(before.stillHold(stamps(later)));
  }

  @Test
  void linkThatPointsElsewhereIsSeen() throws IOException {
    Path target = Files.createDirectory(directory.resolve("1"));
    Files.writeString(target.resolve("a"), "one");
    Path other = Files.createDirectory(directory.resolve("2"));
    Files.writeString(other.resolve("a"), "two");
    Path link = Files.createSymbolicLink(directory.resolve("data"), target);
    List<Path> through = List.of(link.resolve("a"));
    FileStamps before = FileStamps.of(through, later);
    Path next = Files.createSymbolicLink(directory.resolve("next"), other);
    Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
    assertFalse(before.stillHold(FileStamps.of(through, later)));
  }

  @Test
  void newAndRemovedFilesAreSeen() throws IOException {
    FileStamps before = stamps(later);
    Files.writeString(directory.resolve("none"), "");
    FileStamps with = stamps(later);
    assertFalse(before.stillHold(with));
    Files.delete(directory.resolve("none"));
    assertFalse(with.stillHold(stamps(later)));
  }

  @Test
  void nothingIsTrustedForLong() {
    assertFalse(stamps(later).stillHold(stamps(later.plusSeconds(30))));
  }
}
