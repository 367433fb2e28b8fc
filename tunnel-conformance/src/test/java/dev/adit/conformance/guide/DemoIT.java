package dev.adit.conformance.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.docs.Document;
import dev.adit.demo.process.ChildCommand;
import dev.adit.demo.process.ChildProcess;
import dev.adit.demo.process.Children;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.NodeList;

/**
 * {@code mvn -Pdemo package} once all is built: the program that the profile runs, with the
 * profile's words. It ends well, it fails with a reason, it is told to stop; nothing is left of it.
 */
@Timeout(120)
final class DemoIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int EXIT_SIGTERM = 128 + 15;
  private static final int PROCESSES = 8;
  private static final Pattern CALL = Pattern.compile(" ?\\d+  [a-z -]+ {2,}\\S+ .* \\d+ ms");

  private final Children children = new Children(SOON);

  @TempDir private Path directory;
  private Path temporary;
  private ChildProcess demo;
  private List<ProcessHandle> started;

  @BeforeEach
  void start() throws Exception {
    temporary = Files.createDirectory(directory.resolve("tmp"));
    List<String> words = new ArrayList<>(List.of("-Djava.io.tmpdir=" + temporary));
    words.addAll(wordsOfTheProfile());
    demo = children.start(ChildCommand.java("demo", directory, words));
    Eventually.holds(
        "all processes run", SOON, () -> !demo.isAlive() || text().contains("  backends  "));
    started = ProcessHandle.of(demo.pid()).orElseThrow().descendants().toList();
  }

  /** Maven gives it the classes of the module and its libraries; the jar has all of them. */
  private static List<String> wordsOfTheProfile() throws Exception {
    NodeList found =
        (NodeList)
            XPathFactory.newInstance()
                .newXPath()
                .evaluate(
                    "/project/profiles/profile[id='demo']//configuration/arguments/*",
                    DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(Document.ROOT.resolve("tunnel-demo/pom.xml").toFile()),
                    XPathConstants.NODESET);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      words.add(
          found.item(i).getNodeName().equals("classpath")
              ? System.getProperty("demo.jar")
              : found
                  .item(i)
                  .getTextContent()
                  .replace("${project.parent.basedir}", Document.ROOT.toString()));
    }
    return words;
  }

  private String text() {
    return String.join("\n", demo.output());
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    try {
      assertEquals(PROCESSES, started.size(), text());
      Eventually.holds("all have ended", () -> started.stream().noneMatch(ProcessHandle::isAlive));
      try (Stream<Path> left = Files.list(temporary)) {
        assertEquals(List.of(), left.toList());
      }
    } finally {
      started.forEach(ProcessHandle::destroyForcibly);
      children.close();
    }
  }

  @Test
  void everyCallIsToldAndComesBackRight() throws Exception {
    assertEquals(0, demo.awaitEnd(SOON), text());
    List<String> output = demo.output();
    assertEquals(12, output.stream().filter(CALL.asMatchPredicate()).count(), text());
    for (String label : List.of("request", "taken by", "answer")) {
      assertEquals(12, output.stream().filter(line -> line.startsWith("    " + label)).count());
    }
    assertTrue(text().contains("All 12 calls came back right"), text());
    for (String line : sample()) {
      assertTrue(output.stream().map(DemoIT::timeless).anyMatch(line::equals), line + text());
    }
  }

  /** The call that the document shows. */
  private static List<String> sample() {
    String shown =
        Document.named("docs/demo.md").blocks().stream()
            .map(Document.Block::body)
            .filter(body -> body.contains("taken by"))
            .findFirst()
            .orElseThrow();
    List<String> lines = shown.lines().map(DemoIT::timeless).toList();
    assertEquals(4, lines.size(), shown);
    return lines;
  }

  /** How long it took and how wide the columns are is not what is promised. */
  private static String timeless(String line) {
    return line.replaceAll("\\d+ ms$", "MS").replaceAll(" +", " ");
  }

  /** The eleventh call is its; should it come too late for that, the end sees it. */
  @Test
  void backendThatDiesIsAFailureWithItsReason() throws Exception {
    ProcessHandle detect =
        started.stream()
            .filter(process -> process.info().commandLine().orElse("").contains(" detect-1 "))
            .findFirst()
            .orElseThrow();
    assertTrue(detect.destroyForcibly());

    assertEquals(1, demo.awaitEnd(SOON), text());
    assertFalse(text().contains("came back right"), text());
    assertTrue(
        text().contains("FAILED: call 11, Detect/detect: ")
            || text().contains("FAILED: detect-1 ended with exit code 137"),
        text());
    assertTrue(text().contains("--- end of the log of detect-1"), text());
  }

  /** As Ctrl-C does, which would be ignored where tests run in the background of a shell. */
  @Test
  void demoThatIsToldToStopTakesAllWithIt() throws Exception {
    demo.terminate();
    assertEquals(EXIT_SIGTERM, demo.awaitEnd(SOON), text());
    assertFalse(text().contains("FAILED"), text());
    assertFalse(text().contains("came back right"), text());
  }
}
