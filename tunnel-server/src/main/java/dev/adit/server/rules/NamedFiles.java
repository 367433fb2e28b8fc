package dev.adit.server.rules;

import dev.adit.core.config.ConfigFile;
import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.config.ConfigValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files that rules name, as they were at one moment. They belong to the rules: a change in one
 * of them is a change of the rules.
 *
 * @param contents by path, each cut off past the size we read; empty for one that cannot be read,
 *     which is no content that any of them may have
 */
record NamedFiles(Map<Path, byte[]> contents) {
  private static final byte[] UNREADABLE = {};

  /** Reads files. Blocks. */
  static NamedFiles read(Collection<Path> paths) {
    Map<Path, byte[]> contents = new TreeMap<>();
    paths.forEach(path -> contents.put(path, contentOf(path)));
    return new NamedFiles(contents);
  }

  private static byte[] contentOf(Path path) {
    // A pipe or a terminal would make us wait.
    if (!Files.isRegularFile(path)) {
      return UNREADABLE;
    }
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(ConfigFile.MAX_BYTES + 1);
    } catch (IOException e) {
      return UNREADABLE;
    }
  }

  /** Which files are named by rule files; what is wrong with those is for others to say. */
  static Set<Path> namesIn(Map<Path, byte[]> ruleFiles) {
    Set<Path> names = new LinkedHashSet<>();
    for (Map.Entry<Path, byte[]> file : ruleFiles.entrySet()) {
      @Nullable ConfigMap root =
          ConfigFile.of(file.getKey()).parse(file.getValue(), new ConfigProblems());
      if (root != null) {
        root.list("rules", NamedFiles::jwksFiles).forEach(names::addAll);
      }
    }
    return names;
  }

  private static List<Path> jwksFiles(ConfigValue rule) {
    List<Path> paths = new ArrayList<>();
    @Nullable ConfigMap auth = rule.map().child("auth");
    @Nullable ConfigMap jwt = auth == null ? null : auth.child("jwt");
    @Nullable Path path = jwt == null ? null : jwt.read("jwksFile", ConfigValue::path);
    if (path != null) {
      paths.add(path);
    }
    return paths;
  }

  Set<Path> paths() {
    return contents.keySet();
  }

  /** What is in a file; throws saying why if that cannot be used. */
  byte[] content(Path path) {
    byte[] content = contents.getOrDefault(path, UNREADABLE);
    if (content.length == 0) {
      throw new IllegalArgumentException("there is no readable file with content at " + path);
    }
    if (content.length > ConfigFile.MAX_BYTES) {
      throw new IllegalArgumentException("the file is larger than 1 MiB");
    }
    return content;
  }
}
