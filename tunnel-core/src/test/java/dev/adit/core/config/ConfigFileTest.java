package dev.adit.core.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigFileTest {

  @TempDir private Path directory = Path.of("");

  @Test
  void byteOrderMarkIsRefused() {
    assertEquals(
        "f.yaml:1:1: (file): expected UTF-8 without a byte order mark; save without BOM",
        complaint("\uFEFFversion: 1\n".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void nulIsRefusedWhereItStands() {
    assertEquals(
        "f.yaml:2:4: (file): expected text; found the control character U+0000",
        complaint("version: 1\nabc\0d\n".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void whatIsNotUtf8IsRefusedWhereItStands() {
    byte[] latin1 = "version: 1\n# caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
    assertEquals("f.yaml:2:6: (file): expected UTF-8 text; this byte is not", complaint(latin1));
  }

  @Test
  void truncatedUtf8AtTheEndIsRefused() {
    byte[] whole = "version: 1\n# \u00e9".getBytes(StandardCharsets.UTF_8);
    byte[] cut = java.util.Arrays.copyOf(whole, whole.length - 1);
    assertEquals("f.yaml:2:3: (file): expected UTF-8 text; this byte is not", complaint(cut));
  }

  @Test
  void utf16IsRefused() {
    String said = complaint("version: 1\n".getBytes(StandardCharsets.UTF_16));
    assertTrue(said.contains("expected UTF-8 text"), said);
  }

  @Test
  void windowsLineEndsAreFine() {
    ConfigProblems problems = new ConfigProblems();
    @Nullable ConfigMap map = parse("version: 1\r\nname: x\r\n", problems);
    assertNotNull(map);
    assertEquals("x", map.text("name"));
    map.end();
    assertTrue(problems.isEmpty());
  }

  @Test
  void hugeFileIsRefusedWithoutBeingRead() throws IOException {
    Path file = directory.resolve("huge.yaml");
    byte[] block = "# filler\n".repeat(10_000).getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int written = 0; written < 100_000_000; written += block.length) {
        out.write(block);
      }
    }
    ConfigProblems problems = new ConfigProblems();
    long start = System.nanoTime();
    assertEquals(null, ConfigFile.read(file, problems));
    long millis = (System.nanoTime() - start) / 1_000_000;
    assertTrue(millis < 100, millis + " ms");
    assertEquals(
        file + ":1:1: (file): expected at most 1 MiB; the file is larger",
        problems.toList().get(0).toString());
  }

  @Test
  void missingFileIsToldByName() {
    ConfigProblems problems = new ConfigProblems();
    assertEquals(null, ConfigFile.read(directory.resolve("none.yaml"), problems));
    String said = problems.toList().get(0).toString();
    assertTrue(
        said.endsWith(
            "none.yaml:1:1: (file): expected a readable file; there is none of this name"),
        said);
  }

  @Test
  void escapeThatIsCutOffHasAPlace() {
    assertEquals(
        "f.yaml:2:1: x: expected valid YAML; a text that begins behind this place cannot be read",
        complaint("version: 1\nx: \"\\x".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aliasBombIsRefusedAtItsFirstAnchor() {
    StringBuilder bomb = new StringBuilder("version: 1\na0: &a0 [x, x]\n");
    for (int i = 1; i < 30; i++) {
      bomb.append("a").append(i).append(": &a").append(i);
      bomb.append(" [*a").append(i - 1).append(", *a").append(i - 1).append("]\n");
    }
    assertEquals(
        "f.yaml:2:5: a0: anchors (&name) are not supported; remove the anchor",
        complaint(bomb.toString().getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aMegabyteOfBracketsIsRefusedAsTooDeep() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes("a: ".getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes("[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8));
    String said = complaint(bytes.toByteArray());
    assertTrue(said.endsWith("expected at most 24 levels of nesting"), said);
  }

  @Test
  void everyProblemIsToldAtOnceFromTopToBottom() {
    ConfigProblems problems = new ConfigProblems();
    @Nullable ConfigMap map = parse("version: 1\nb: x\na: 99\nextra: 1\n", problems);
    assertNotNull(map);
    assertEquals(7, map.integer("a", 7, 0, 10));
    assertTrue(map.bool("b", true));
    map.end();
    ConfigException thrown = assertThrows(ConfigException.class, problems::throwIfAny);
    assertEquals(
        """
        f.yaml:2:4: b: expected true or false, found 'x'
        f.yaml:3:4: a: expected a whole number from 0 to 10, found '99'
        f.yaml:4:1: extra: unknown key; expected one of version, a, b""",
        thrown.getMessage());
    assertEquals(3, thrown.problems().size());
  }

  @Test
  void problemsAreCountedButNotKeptWithoutEnd() {
    ConfigProblems problems = new ConfigProblems();
    StringBuilder text = new StringBuilder("version: 1\n");
    for (int i = 0; i < 500; i++) {
      text.append("k").append(i).append(": 1\n");
    }
    @Nullable ConfigMap map = parse(text.toString(), problems);
    assertNotNull(map);
    map.end();
    ConfigException thrown = assertThrows(ConfigException.class, problems::throwIfAny);
    assertEquals(100, thrown.problems().size());
    assertTrue(String.valueOf(thrown.getMessage()).endsWith("\n... and 400 more"));
  }

  @Test
  void yamlForAnotherProcessReadsAsTheSame() {
    ConfigProblems problems = new ConfigProblems();
    String text = "version: 1\nv: {a: [1, no, 22:22, \"1\"], b: \"x: \\\"y\\u00e9\", c: 5%}\n";
    @Nullable ConfigMap map = parse(text, problems);
    assertNotNull(map);
    @Nullable ConfigValue value = map.optional("v");
    assertNotNull(value);
    String once = value.toYaml();
    @Nullable ConfigMap again = parse("version: 1\nv: " + once + "\n", problems);
    assertNotNull(again);
    @Nullable ConfigValue back = again.optional("v");
    assertNotNull(back);
    assertEquals(once, back.toYaml());
    assertEquals("x: \"y\u00e9", back.map().text("b"));
    assertTrue(problems.isEmpty());
  }

  @Test
  void durationsAndSizesAreReadWithTheirUnits() {
    ConfigProblems problems = new ConfigProblems();
    @Nullable ConfigMap map = parse("version: 1\nd: 1h2m3s4ms\ns: 3MiB\np: 0.5%\n", problems);
    assertNotNull(map);
    Duration day = Duration.ofDays(1);
    assertEquals(
        Duration.ofMillis(3_723_004), map.duration("d", Duration.ZERO, Duration.ZERO, day));
    assertEquals(3L * 1024 * 1024, map.bytes("s", 0, 0, Long.MAX_VALUE));
    @Nullable ConfigValue percent = map.optional("p");
    assertNotNull(percent);
    assertEquals(0.5, percent.percent(1));
    assertTrue(problems.isEmpty());
  }

  private static String complaint(byte[] bytes) {
    ConfigProblems problems = new ConfigProblems();
    assertEquals(null, new ConfigFile("f.yaml", Path.of("/")).parse(bytes, problems));
    assertEquals(1, problems.size());
    return problems.toList().get(0).toString();
  }

  private static @Nullable ConfigMap parse(String text, ConfigProblems problems) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new ConfigFile("f.yaml", Path.of("/")).parse(bytes, problems);
  }
}
