package dev.adit.conformance.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.docs.Document;
import dev.adit.conformance.site.KeptClasses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Follows a document from top to bottom, as somebody does who copies its blocks into a shell.
 *
 * <p>The words behind a fence say what a block is: {@code sh} is run to its end; {@code sh terminal
 * NAME} runs in a terminal of its own, until a ready line is there; {@code keys NAME} is Ctrl-C in
 * that terminal; {@code yaml FILE} is a file; {@code output} are lines that the block before has to
 * print, with {@code ...} for what differs. Ports are replaced by free ones. Confined to one
 * thread.
 */
final class Reader implements AutoCloseable {
  private static final int LONGEST_SECONDS = 30;
  private static final Pattern PORT = Pattern.compile("\\b(8002|8003|8004|5005\\d)\\b");

  // deps
  private final Path directory;
  private final String files;

  // state
  private final Map<String, String> ports = new HashMap<>();
  private final Map<String, Process> terminals = new LinkedHashMap<>();
  private String output = "";
  private int commands;

  /**
   * A reader who has the programs in the path.
   *
   * @param directory an empty one, where the commands run
   * @param files the directory in it that files of the document are meant for
   */
  Reader(Path directory, String files) throws IOException {
    this.directory = directory;
    this.files = files;
    Path bin = Files.createDirectory(directory.resolve(".bin"));
    Map<String, String> jars =
        Map.of(
            "tunnel-server",
            "server.jar",
            "tunnel-agent",
            "agent.jar",
            "tunnel-sample",
            "demo.jar");
    for (String program : jars.keySet()) {
      String jar = Objects.requireNonNull(System.getProperty(jars.get(program)));
      String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
      Path script = bin.resolve(program);
      Files.writeString(
          script,
          "#!/bin/sh\nexec "
              + java
              + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx192m "
              + String.join(" ", KeptClasses.options(jar)).replace("*", "\\*")
              + " -jar "
              + jar
              + " \"$@\"\n");
      if (!script.toFile().setExecutable(true)) {
        throw new IOException("cannot make " + script + " executable");
      }
    }
  }

  /** Does what the blocks say, in their order. */
  void follow(Document document) throws IOException, InterruptedException {
    for (Document.Block block : document.blocks()) {
      List<String> words = List.of(block.words().split(" +", -1));
      switch (words.get(0)) {
        case "sh" -> {
          commands++;
          if (words.size() == 1) {
            run(block.body());
          } else {
            open(words.size() > 2 ? words.get(2) : "terminal-" + commands, block.body());
          }
        }
        case "keys" -> interrupt(words.get(1));
        case "yaml" -> {
          // Without a name it is a part of one, or for somebody else's program.
          if (words.size() > 1) {
            Files.writeString(directory.resolve(files).resolve(words.get(1)), block.body());
          }
        }
        case "output" -> expect(block.body());
        default -> {
          // For people only.
        }
      }
    }
  }

  /** How many blocks of commands were run. */
  int commands() {
    return commands;
  }

  private void run(String body) throws IOException, InterruptedException {
    Path out = Files.createTempFile("reader", ".out");
    try {
      Process process =
          shell(here(body), body).redirectErrorStream(true).redirectOutput(out.toFile()).start();
      boolean ended = process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly();
      output = Files.readString(out, StandardCharsets.ISO_8859_1);
      assertEquals("true 0", ended + " " + process.waitFor(), body + output);
    } finally {
      Files.delete(out);
    }
  }

  private void open(String name, String body) throws IOException {
    Path out = Files.createTempFile(directory, "." + name, ".out");
    Path err = Files.createTempFile(directory, "." + name, ".err");
    Process process =
        shell("exec " + here(body), body)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    terminals.put(name, process);
    Eventually.holds(
        name + " gets ready",
        Duration.ofSeconds(LONGEST_SECONDS),
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError(name + " ended\n" + Files.readString(err));
          }
          return Files.readString(out).lines().anyMatch(line -> line.startsWith("ready "));
        });
    output = Files.readString(out);
  }

  private ProcessBuilder shell(String line, String body) {
    ProcessBuilder builder = new ProcessBuilder("bash", "-ec", line).directory(directory.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("PATH", directory.resolve(".bin") + ":" + environment.get("PATH"));
    // What init writes has the usual ports.
    if (body.startsWith("tunnel-server run")) {
      environment.put("TUNNEL_ENTRY_LISTEN", here("127.0.0.1:8002"));
      environment.put("TUNNEL_TUNNEL_LISTEN", here("127.0.0.1:8003"));
      environment.put("TUNNEL_ADMIN_LISTEN", here("127.0.0.1:8004"));
    } else if (body.startsWith("tunnel-agent run")) {
      environment.put("TUNNEL_SERVERS", here("localhost:8003"));
      environment.put("TUNNEL_ADMIN", "off");
    }
    return builder;
  }

  private void interrupt(String name) throws InterruptedException {
    Process process = Objects.requireNonNull(terminals.get(name), name);
    // Not SIGINT, which is ignored where the tests run in the background of a shell.
    process.destroy();
    if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError(name + " does not end");
    }
    assertEquals(0, process.exitValue(), name);
  }

  /** Each line stands somewhere in the output, in this order. */
  private void expect(String lines) {
    List<String> left = new ArrayList<>(output.lines().map(String::stripTrailing).toList());
    for (String line : here(lines).lines().toList()) {
      Pattern pattern =
          Pattern.compile(
              List.of(line.split("\\.\\.\\.", -1)).stream()
                  .map(Pattern::quote)
                  .collect(Collectors.joining(".*")));
      while (!left.isEmpty() && !pattern.matcher(left.get(0)).find()) {
        left.remove(0);
      }
      if (left.isEmpty()) {
        throw new AssertionError("expected the line\n" + line + "\nin the output\n" + output);
      }
      left.remove(0);
    }
  }

  /** With ports that are free here. */
  private String here(String text) {
    return PORT.matcher(text)
        .replaceAll(match -> ports.computeIfAbsent(match.group(), Reader::free));
  }

  private static String free(String port) {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Integer.toString(socket.getLocalPort());
    } catch (IOException e) {
      throw new IllegalStateException("no port is free for " + port, e);
    }
  }

  @Override
  public void close() throws IOException {
    terminals.values().forEach(Process::destroy);
    for (Process process : terminals.values()) {
      try {
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
