package dev.adit.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.demo.process.ChildCommand;
import dev.adit.demo.process.ChildProcess;
import dev.adit.demo.process.Children;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  private static final Duration SOON = Duration.ofSeconds(25);

  @TempDir private Path directory;

  @Test
  void aServerThatDoesNotStartIsShownAndNothingIsLeftBehind() throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    try (Children children = new Children(SOON)) {
      ChildProcess demo =
          children.start(
              demo("-Djava.io.tmpdir=" + temporary, "no-such-server.jar", "no-such-agent.jar"));

      assertEquals(1, demo.awaitEnd(SOON));

      String text = String.join("\n", demo.output());
      assertTrue(text.contains("FAILED: server ended with exit code 1 before it was ready"), text);
      assertTrue(text.contains("Unable to access jarfile"), text);
      try (Stream<Path> left = Files.list(temporary)) {
        // The JVM's own directory of performance counters does not obey java.io.tmpdir.
        assertEquals(List.of(), left.toList());
      }
    }
  }

  @Test
  void anythingButTwoJarsIsAUsageError() throws Exception {
    try (Children children = new Children(SOON)) {
      assertEquals(2, children.start(demo("only-one.jar")).awaitEnd(SOON));
    }
  }

  private ChildCommand demo(String... words) {
    Stream<String> options = Stream.of(words).filter(word -> word.startsWith("-"));
    Stream<String> arguments = Stream.of(words).filter(word -> !word.startsWith("-"));
    List<String> all =
        Stream.of(
                options,
                Stream.of("-cp", System.getProperty("java.class.path"), "dev.adit.demo.Demo"),
                arguments)
            .flatMap(part -> part)
            .toList();
    return ChildCommand.java("demo", directory, all);
  }
}
