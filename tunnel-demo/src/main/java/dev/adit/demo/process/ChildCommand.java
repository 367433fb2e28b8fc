package dev.adit.demo.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A program to be run: its name in messages and of its log, the words of its command line, the
 * directory it runs and logs in, and what is added to its environment.
 */
public record ChildCommand(
    String name, List<String> words, Path directory, Map<String, String> environment) {

  public ChildCommand {
    if (!name.matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException("child name \"" + name + "\" is not a file name");
    }
    words = List.copyOf(words);
    environment = Map.copyOf(environment);
  }

  /** A JVM of the kind this process runs in, with {@code arguments} after its command. */
  public static ChildCommand java(String name, Path directory, List<String> arguments) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(arguments);
    return new ChildCommand(name, words, directory, Map.of());
  }

  /** The same command with one more environment variable. */
  public ChildCommand withEnvironment(String key, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(key, value);
    return new ChildCommand(name, words, directory, more);
  }
}
