package dev.adit.server.rules;

import dev.adit.core.config.ConfigFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The directory of rule files. It is looked at by content and not by time stamps, so that editors'
 * renames and the symlink swap of a Kubernetes ConfigMap are changes like any other.
 */
public record RuleDirectory(Path path) {

  /** All files of one moment in the order of their names, each cut off past the size we read. */
  public static final class Snapshot {
    private final RuleDirectory directory;
    private final Map<Path, byte[]> files;
    private final String hash;

    private Snapshot(RuleDirectory directory, Map<Path, byte[]> files) {
      this.directory = directory;
      this.files = Collections.unmodifiableMap(files);
      this.hash = hashOf(files);
    }

    /** SHA-256 over names and contents. */
    public String hash() {
      return hash;
    }

    RuleDirectory directory() {
      return directory;
    }

    Map<Path, byte[]> files() {
      return files;
    }
  }

  /** Reads all {@code *.yaml} files that do not start with a dot. Blocks. */
  public Snapshot snapshot() throws IOException {
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(path, RuleDirectory::isRuleFile)) {
      stream.forEach(paths::add);
    }
    paths.sort(Comparator.comparing(file -> file.getFileName().toString()));
    Map<Path, byte[]> files = new LinkedHashMap<>();
    for (Path file : paths) {
      try (var in = Files.newInputStream(file)) {
        files.put(file, in.readNBytes(ConfigFile.MAX_BYTES + 1));
      } catch (NoSuchFileException e) {
        // Gone since the directory was listed: as if it had not been there.
        files.remove(file);
      }
    }
    return new Snapshot(this, files);
  }

  private static boolean isRuleFile(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".yaml") && !name.startsWith(".") && Files.isRegularFile(file);
  }

  private static String hashOf(Map<Path, byte[]> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Map.Entry<Path, byte[]> file : files.entrySet()) {
        byte[] name = file.getKey().getFileName().toString().getBytes(StandardCharsets.UTF_8);
        digest.update(
            (name.length + " " + file.getValue().length + " ").getBytes(StandardCharsets.UTF_8));
        digest.update(name);
        digest.update(file.getValue());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
