package dev.adit.conformance.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.docs.Document;
import dev.adit.conformance.tools.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/tutorial.md} and the README, command by command, with what they say is printed. */
@Timeout(180)
final class TutorialIT {
  @TempDir Path directory;

  @Test
  void everyCommandDoesWhatTheTutorialSays() throws Exception {
    for (String tool : List.of("bash", "curl")) {
      Tool.need(Tool.run(directory, 10, List.of(tool, "--version")).isPresent(), tool);
    }
    long start = System.nanoTime();
    try (Reader reader = new Reader(directory, "adit")) {
      reader.follow(Document.named("docs/tutorial.md"));
      assertTrue(reader.commands() >= 15, "only " + reader.commands() + " commands");
      System.out.printf(
          "TutorialIT: %d blocks of commands in %d s%n",
          reader.commands(), (System.nanoTime() - start) / 1_000_000_000);
    }
  }

  @Test
  void everyCommandDoesWhatTheReadmeSays() throws Exception {
    for (String tool : List.of("bash", "curl")) {
      Tool.need(Tool.run(directory, 10, List.of(tool, "--version")).isPresent(), tool);
    }
    try (Reader reader = new Reader(directory, "adit")) {
      reader.follow(Document.named("README.md"));
      assertTrue(reader.commands() >= 6, "only " + reader.commands() + " commands");
    }
  }

  @Test
  void everyCommandDoesWhatTheGuidesSay() throws Exception {
    for (String tool : List.of("bash", "openssl")) {
      String version = tool.equals("openssl") ? "version" : "--version";
      Tool.need(Tool.run(directory, 10, List.of(tool, version)).isPresent(), tool);
    }
    Files.createDirectories(directory.resolve("files/rules"));
    try (Reader reader = new Reader(directory, "files")) {
      reader.follow(Document.named("docs/howto.md"));
      assertEquals(1, reader.commands());
    }
  }
}
