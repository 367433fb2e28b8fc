package dev.adit.conformance.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.Gson;
import dev.adit.conformance.tools.Tool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Headless Chromium, led by the scripts of {@code src/test/browser}. Needs {@code node}, the npm
 * package {@code playwright-core} and {@code chromium}; where they are not there the test is
 * skipped, or fails, as {@link Tool#need} has it.
 */
record Browser(Path directory, String program, String packages) {
  private static final int SECONDS = 240;
  private static final List<String> PROGRAMS =
      List.of("chromium", "chromium-browser", "google-chrome");

  static Browser find(Path directory) throws Exception {
    // Where node finds packages that were installed for everybody.
    Optional<Tool.Run> root = Tool.run(directory, SECONDS, List.of("npm", "root", "-g"));
    Tool.need(root.isPresent(), "npm");
    Browser found = new Browser(directory, program(directory), root.orElseThrow().output().strip());
    Tool.Run has = found.node("-e", "require('playwright-core')");
    Tool.need(has.exitCode() == 0, "node with playwright-core (npm install -g playwright-core)");
    return found;
  }

  private static String program(Path directory) throws Exception {
    for (String name : PROGRAMS) {
      Optional<Tool.Run> run = Tool.run(directory, SECONDS, List.of(name, "--version"));
      if (run.isPresent() && run.get().exitCode() == 0) {
        Tool.Run which = Tool.run(directory, SECONDS, List.of("which", name)).orElseThrow();
        return which.output().strip();
      }
    }
    Tool.need(false, "chromium");
    return "";
  }

  private Tool.Run node(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("env", "NODE_PATH=" + packages, "node"));
    all.addAll(List.of(words));
    return Tool.run(directory, SECONDS, all).orElseThrow();
  }

  /** Runs a script, which has a line for each of its checks and fails if one does. */
  void run(String script, Map<String, Object> orders) throws Exception {
    Path file = Path.of("src", "test", "browser", script).toAbsolutePath();
    Tool.Run run = node(file.toString(), program, new Gson().toJson(orders));
    System.out.println(run.output());
    assertEquals(0, run.exitCode(), run.output());
  }
}
