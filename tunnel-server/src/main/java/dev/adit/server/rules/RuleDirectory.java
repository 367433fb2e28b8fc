package dev.adit.server.rules;

import dev.adit.core.config.ConfigFile;
import dev.adit.core.process.FileStamps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directory of rule files. What counts is content, so that editors' renames and the symlink
 * swap of a Kubernetes ConfigMap are changes like any other.
 */
public record RuleDirectory(Path path) {
  private static final Pattern LIKE_RULE_FILES =
      Pattern.compile("[^.].*\\.(ya?ml|json)", Pattern.CASE_INSENSITIVE);

  /**
   * All files of one moment in the order of their names, each cut off past the size we read, and
   * the files that they name.
   */
  public static final class Snapshot {
    private final RuleDirectory directory;
    private final Map<Path, byte[]> files;
    private final List<Path> unread;
    private final NamedFiles named;
    private final String filesHash;
    private final String hash;
    private final FileStamps stamps;

    private Snapshot(
        RuleDirectory directory,
        Map<Path, byte[]> files,
        List<Path> unread,
        String filesHash,
        NamedFiles named,
        Instant readFrom) {
      this.directory = directory;
      this.files = Collections.unmodifiableMap(files);
      // A set of keys for tokens is JSON, and read.
      this.unread = unread.stream().filter(file -> !isNamed(named, file)).toList();
      this.filesHash = filesHash;
      this.named = named;
      this.hash = named.paths().isEmpty() ? filesHash : hashOf(filesHash, named);
      this.stamps = stamps(readFrom);
    }

    private static boolean isNamed(NamedFiles named, Path file) {
      return named.paths().contains(file.toAbsolutePath().normalize());
    }

    /** What the file system says now of all that this was read from. */
    private FileStamps stamps(Instant readFrom) {
      List<Path> all = new ArrayList<>(files.keySet());
      all.add(directory.path());
      all.addAll(named.paths());
      return FileStamps.of(all, readFrom);
    }

    /** SHA-256 over names and contents, those of the files that rules name included. */
    public String hash() {
      return hash;
    }

    RuleDirectory directory() {
      return directory;
    }

    Map<Path, byte[]> files() {
      return files;
    }

    /** Files that look like rule files but for the end of their names, in the order of these. */
    public List<Path> unread() {
      return unread;
    }

    NamedFiles named() {
      return named;
    }
  }

  /**
   * Reads all {@code *.yaml} files that do not start with a dot, and the files they name. Blocks.
   *
   * @param before an earlier one, which is the answer where nothing has been touched since, and
   *     saves looking for names where the rule files have not changed; null if there is none
   */
  public Snapshot snapshot(@Nullable Snapshot before) throws IOException {
    Instant now = Instant.now();
    if (before != null && before.stamps.stillHold(before.stamps(now))) {
      return before;
    }
    List<Path> paths = new ArrayList<>();
    List<Path> unread = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
      for (Path file : stream) {
        if (isRuleFile(file)) {
          paths.add(file);
        } else if (looksLikeOne(file)) {
          unread.add(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Comparator<Path> byName = Comparator.comparing(file -> file.getFileName().toString());
    paths.sort(byName);
    unread.sort(byName);
    Map<Path, byte[]> files = new LinkedHashMap<>();
    for (Path file : paths) {
      try (var in = Files.newInputStream(file)) {
        files.put(file, in.readNBytes(ConfigFile.MAX_BYTES + 1));
      } catch (NoSuchFileException e) {
        if (leadsNowhere(file)) {
          throw new NoSuchFileException(file.toString(), null, "this link leads to no file");
        }
        // Gone since the directory was listed: as if it had not been there.
        files.remove(file);
      }
    }
    String hash = hashOf(files);
    boolean same = before != null && before.filesHash.equals(hash);
    Collection<Path> named =
        before != null && same ? before.named.paths() : NamedFiles.namesIn(files);
    return new Snapshot(this, files, unread, hash, NamedFiles.read(named), now);
  }

  private static boolean isRuleFile(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".yaml")
        && !name.startsWith(".")
        && (Files.isRegularFile(file) || leadsNowhere(file));
  }

  private static boolean looksLikeOne(Path file) {
    String name = file.getFileName().toString();
    return LIKE_RULE_FILES.matcher(name).matches()
        && !name.endsWith(".schema.json")
        && Files.isRegularFile(file);
  }

  /** A link whose file has been taken away: what it held must not just be missing. */
  private static boolean leadsNowhere(Path file) {
    return Files.isSymbolicLink(file) && !Files.exists(file);
  }

  private static String hashOf(Map<Path, byte[]> files) {
    MessageDigest digest = sha256();
    files.forEach((path, content) -> update(digest, path.getFileName(), content));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String hashOf(String filesHash, NamedFiles named) {
    MessageDigest digest = sha256();
    digest.update(filesHash.getBytes(StandardCharsets.UTF_8));
    named.contents().forEach((path, content) -> update(digest, path, content));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void update(MessageDigest digest, Path path, byte[] content) {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    digest.update((name.length + " " + content.length + " ").getBytes(StandardCharsets.UTF_8));
    digest.update(name);
    digest.update(content);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
