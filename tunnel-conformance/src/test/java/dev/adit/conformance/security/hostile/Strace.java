package dev.adit.conformance.security.hostile;

import dev.adit.conformance.tools.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a program asks the kernel for, as strace writes it down. */
final class Strace {
  private static final List<String> CALLS = List.of("connect", "open", "openat", "execve");
  private static final Pattern INTERNET =
      Pattern.compile(
          "connect\\(\\d+, \\{sa_family=AF_INET6?,.*?htons\\((\\d+)\\).*?\"(?:::ffff:)?([^\"]+)\"");
  private static final Pattern OTHER_CONNECT = Pattern.compile("connect\\(\\d+, (\\{.*?\\})");
  private static final Pattern OPENED = Pattern.compile("open(?:at)?\\([^\"]*\"([^\"]*)\"");
  private static final Pattern STARTED = Pattern.compile("execve\\(\"([^\"]*)\"");
  private static final int PROBE_SECONDS = 10;

  private final Path file;

  private Strace(Path file) {
    this.file = file;
  }

  /** Skips the test where there is no strace, or it may not be used. */
  static Strace into(Path directory) throws IOException, InterruptedException {
    Strace strace = new Strace(directory.resolve("strace.txt"));
    boolean works =
        Tool.run(directory, PROBE_SECONDS, strace.before(List.of("true")))
            .map(run -> run.exitCode() == 0)
            .orElse(false);
    Tool.need(works, "strace that may trace (5.3 or later, and a kernel that permits it)");
    return strace;
  }

  /** The words of a command that runs another one and writes down its calls. */
  List<String> before(List<String> command) {
    return Stream.concat(
            Stream.of(
                "strace",
                "-f",
                "-qq",
                "--seccomp-bpf",
                "-s",
                "4096",
                "-e",
                "trace=" + String.join(",", CALLS),
                "-o",
                file.toString()),
            command.stream())
        .toList();
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
  }

  /** Where it connected to by TCP or UDP, {@code ADDRESS:PORT}. */
  Set<String> connected() throws IOException {
    return lines().stream()
        .map(INTERNET::matcher)
        .filter(Matcher::find)
        .map(found -> found.group(2) + ":" + found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Connects of any other kind, as strace shows them. */
  Set<String> connectedOtherwise() throws IOException {
    return lines().stream()
        .filter(line -> !INTERNET.matcher(line).find())
        .map(OTHER_CONNECT::matcher)
        .filter(Matcher::find)
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Files it opened, or tried to. */
  Set<String> opened() throws IOException {
    return found(OPENED);
  }

  /** Programs it started, itself included. */
  Set<String> started() throws IOException {
    return found(STARTED);
  }

  private Set<String> found(Pattern pattern) throws IOException {
    return lines().stream()
        .map(pattern::matcher)
        .filter(Matcher::find)
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
