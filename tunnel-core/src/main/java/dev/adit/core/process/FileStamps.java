package dev.adit.core.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What the file system tells of files and directories: enough to see, without reading them again,
 * that they hold what they held. Where it is not sure it does not say so. Immutable.
 */
public final class FileStamps {
  /**
   * Who changes a file twice within a tick of the file system's clock leaves one time of change.
   */
  private static final Duration TICK = Duration.ofSeconds(2);

  /** For file systems whose clocks or caches are wrong. */
  private static final Duration TRUST = Duration.ofSeconds(30);

  /** The inode and its time of change, which nobody can set; Unix has both. */
  private static final String ATTRIBUTES = "unix:ino,size,ctime,lastModifiedTime";

  private final Instant readFrom;
  private final List<Map<String, Object>> stamps;
  private final Instant changed;

  private FileStamps(Instant readFrom, List<Map<String, Object>> stamps, Instant changed) {
    this.readFrom = readFrom;
    this.stamps = stamps;
    this.changed = changed;
  }

  /**
   * Looks at files, through symbolic links. Blocks.
   *
   * @param readFrom when whoever asks began to read them
   */
  public static FileStamps of(Collection<Path> files, Instant readFrom) {
    List<Map<String, Object>> stamps = new ArrayList<>(files.size());
    Instant changed = Instant.MIN;
    for (Path file : files) {
      try {
        Map<String, Object> stamp = Files.readAttributes(file, ATTRIBUTES);
        if (stamp.get("ctime") instanceof FileTime time && time.toInstant().isAfter(changed)) {
          changed = time.toInstant();
        }
        stamps.add(stamp);
      } catch (IOException e) {
        // Not there, as far as we can see.
        stamps.add(Map.of());
      } catch (UnsupportedOperationException e) {
        // Another system: nothing can be told.
        changed = Instant.MAX;
      }
    }
    return new FileStamps(readFrom, List.copyOf(stamps), changed);
  }

  /**
   * Whether what was read when these stamps were taken is what the files hold now.
   *
   * @param now stamps of the same files
   */
  public boolean stillHold(FileStamps now) {
    return changed.isBefore(readFrom.minus(TICK))
        && now.readFrom.isBefore(readFrom.plus(TRUST))
        && stamps.equals(now.stamps);
  }
}
