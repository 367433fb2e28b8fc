package dev.adit.core.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows files by their content, so that it does not matter how they are replaced: a change is
 * told once they have stayed as they are from one look to the next, within three seconds; if they
 * never do, after six. Files that have not been touched are not read again. Works on a thread of
 * its own.
 */
public final class ContentWatch implements AutoCloseable {
  /** How often the files are looked at. */
  public static final Duration POLL = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(ContentWatch.class);

  /** So many looks in a row that each saw something else are as good as two that saw the same. */
  private static final int MOST_CHANGES = 5;

  /** Of each file; what is beyond does not count as content. */
  private static final int MAX_BYTES = 4 << 20;

  // deps
  private final List<Path> files;
  private final ScheduledExecutorService thread;

  // state, confined to the thread
  private String told;
  private String seen;
  private FileStamps stamps;
  private int changes;

  /**
   * Knows what the files hold now, and looks at them once it is started: what is read in between is
   * at least as new. A file that cannot be read counts as one more content.
   *
   * @param name of the thread
   */
  public ContentWatch(String name, Collection<Path> files) {
    this.files = List.copyOf(files);
    Instant now = Instant.now();
    told = content();
    seen = told;
    stamps = FileStamps.of(this.files, now);
    thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread daemon = new Thread(task, name);
              daemon.setDaemon(true);
              return daemon;
            });
  }

  /**
   * Follows the files from now on; once.
   *
   * @param onChange told of each change, on the thread
   */
  public void start(Runnable onChange) {
    thread.scheduleWithFixedDelay(
        () -> look(onChange), POLL.toMillis(), POLL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look(Runnable onChange) {
    try {
      String before = seen;
      see();
      changes = seen.equals(before) ? 0 : changes + 1;
      if (!seen.equals(told) && (changes == 0 || changes >= MOST_CHANGES)) {
        told = seen;
        changes = 0;
        onChange.run();
      }
    } catch (RuntimeException e) {
      // Whatever it is, the next look must come.
      log.error("{} could not be looked at", files, e);
    }
  }

  private void see() {
    Instant now = Instant.now();
    FileStamps current = FileStamps.of(files, now);
    if (!stamps.stillHold(current)) {
      seen = content();
      stamps = FileStamps.of(files, now);
    }
  }

  private String content() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : files) {
        digest.update(content(file));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static byte[] content(Path file) {
    try {
      checkFile(file);
      try (InputStream in = Files.newInputStream(file)) {
        return in.readNBytes(MAX_BYTES);
      }
    } catch (IOException e) {
      return ("unreadable: " + e.getClass().getName()).getBytes(StandardCharsets.UTF_8);
    }
  }

  /**
   * Whoever follows a file reads it only if it is one: a pipe would keep the thread until somebody
   * writes into it.
   *
   * @throws IOException if something else is there; not if nothing is
   */
  public static void checkFile(Path path) throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new IOException(path + " is no file");
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
