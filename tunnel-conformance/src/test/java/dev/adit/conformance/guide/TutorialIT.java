package dev.adit.conformance.guide;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.docs.Document;
import dev.adit.conformance.tools.Tool;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/tutorial.md}, command by command, with what it says that they print. */
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
}
