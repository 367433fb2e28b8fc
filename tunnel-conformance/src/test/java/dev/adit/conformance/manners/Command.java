package dev.adit.conformance.manners;

import dev.adit.conformance.site.KeptClasses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A command of ours that is run to its end, or to its ready line, as a process in a directory.
 *
 * @param prefix words before it, of a program that runs it
 */
record Command(
    Path directory, List<String> prefix, Map<String, String> environment, List<String> words) {
  private static final int LONGEST_SECONDS = 20;

  /** What it printed, and its exit code. */
  record Result(int exit, String out, String err) {
    /** Its lines on standard error but those of the log. */
    List<String> complaints() {
      return err.lines().filter(line -> !line.matches("\\d{4}-\\d\\d-\\d\\dT.*")).toList();
    }
  }

  static Command server(Path directory, String... arguments) {
    return of(directory, "server.jar", arguments);
  }

  static Command agent(Path directory, String... arguments) {
    return of(directory, "agent.jar", arguments);
  }

  private static Command of(Path directory, String jar, String... arguments) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    String file = Objects.requireNonNull(System.getProperty(jar), jar);
    words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    words.addAll(KeptClasses.options(file));
    words.addAll(List.of("-jar", file));
    words.addAll(List.of(arguments));
    return new Command(directory, List.of(), Map.of(), words);
  }

  Command with(String variable, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(variable, value);
    return new Command(directory, prefix, more, words);
  }

  /** Run by another program, such as one that changes the user. */
  Command by(List<String> program) {
    return new Command(directory, program, environment, words);
  }

  /** Runs it to its end. */
  Result run() throws IOException, InterruptedException {
    Path out = Files.createTempFile(directory, "out", "");
    Path err = Files.createTempFile(directory, "err", "");
    Process process = builder().redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new AssertionError(words + " still runs\n" + text(out) + text(err));
    }
    return new Result(process.exitValue(), text(out), text(err));
  }

  /** Runs it to its ready line, which is returned, and ends it. */
  String ready() throws IOException, InterruptedException {
    Process process = builder().redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (var out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith("ready ")) {
          return line;
        }
      }
      throw new AssertionError(words + " ended with " + process.waitFor());
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  ProcessBuilder builder() {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(all).directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("TUNNEL_"));
    builder.environment().putAll(environment);
    return builder;
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
