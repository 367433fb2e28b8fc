package dev.adit.core.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A secret is one word; whatever else is found in its place is refused without being repeated. */
final class SecretRefTest {
  private static final String MORE =
      " holds more than the token, which is one word of visible ASCII: put the token alone there";

  @TempDir private Path directory = Path.of("");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "adit_geheim\n\n# For agents.yaml.\n- id: a\n",
        "adit_geheim # of shop",
        "adit_geheim\radit_zwei",
        "adit_geh\u00e9im",
        "\uFEFFadit_geheim\n",
        "adit_geheim\0"
      })
  void whatIsMoreThanOneWordIsRefused(String text) throws IOException {
    Path file = Files.writeString(directory.resolve("t"), text);
    IOException refused =
        assertThrows(IOException.class, () -> new SecretRef.FromFile(file).read());
    assertEquals("secret file " + file + MORE, refused.getMessage());
    SecretRef.FromEnvironment variable = new SecretRef.FromEnvironment("T");
    refused = assertThrows(IOException.class, () -> variable.read(Map.of("T", text)));
    assertEquals("environment variable T" + MORE, refused.getMessage());
    String told = told("file: t");
    assertTrue(told.contains("f.yaml:2:8: token: expected a secret; secret file " + file), told);
    assertFalse(told.contains("geh"), told);
  }

  @Test
  void spaceAroundASecretIsNoPartOfIt() throws IOException {
    Path file = Files.writeString(directory.resolve("t"), " adit_geheim \r\n");
    assertEquals("adit_geheim", new SecretRef.FromFile(file).read());
    assertEquals("", told("file: t"));
  }

  @Test
  void emptyFileIsRefusedWhereItIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("t"), "\n");
    assertEquals(
        "f.yaml:2:8: token: expected a secret; secret file " + file + " is empty", told("file: t"));
  }

  @Test
  void whatIsNotThereIsToldOnceAndWhatIsNotSetLater() {
    assertEquals(1, told("file: none").lines().count());
    assertEquals("", told("env: ADIT_TEST_IS_NEVER_SET"));
  }

  @Test
  void copyThatSystemdHasNotMadeYetIsToldWithTheCure() {
    assertEquals(
        "f.yaml:2:8: token: expected a file; there is none at /run/credentials/none.service/s_t,"
            + " where systemd puts it while the service runs; until then name what it is a copy of",
        told("file: /run/credentials/none.service/s_t").replace("2:15: token.file", "2:8: token"));
  }

  @Test
  void copyThatOurUnitsMakeIsToldWithWhatItIsMadeOf() {
    assertEquals(
        "f.yaml:2:15: token.file: expected a file; there is none at"
            + " /run/credentials/tunnel-agent.service/secrets_agent.token, where systemd puts a"
            + " copy of /etc/tunnel-agent/secrets/agent.token while the service runs; see that this"
            + " is there, and name it until then",
        told("file: /run/credentials/tunnel-agent.service/secrets_agent.token"));
  }

  /** Also one that is only named, or cannot be read, has to be told of no more than once. */
  @Test
  void checkWarnsOfWhatCanBeGuessed() throws IOException {
    assertEquals(List.of(), warned("a-word-of-16-cha\n"));
    String cure = " can be guessed: make one of 16 or more, for instance by openssl rand -hex 16";
    assertEquals(
        List.of("admin.token: a secret of 15 characters" + cure), warned("a-word-of-15-ch\n"));
    assertEquals(List.of("admin.token: a secret of 1 character" + cure), warned("x"));
    assertEquals(List.of(), warned("two words"));
    ConfigProblems problems = new ConfigProblems();
    SecretRef.check(null, "admin.token", problems);
    SecretRef.check(new SecretRef.FromFile(directory.resolve("none")), "admin.token", problems);
    assertEquals(List.of(), problems.warnings());
  }

  private List<String> warned(String text) throws IOException {
    ConfigProblems problems = new ConfigProblems();
    Path file = Files.writeString(directory.resolve("t"), text);
    SecretRef.check(new SecretRef.FromFile(file), "admin.token", problems);
    return problems.warnings();
  }

  private String told(String secret) {
    ConfigProblems problems = new ConfigProblems();
    byte[] file = ("version: 1\ntoken: {" + secret + "}\n").getBytes(StandardCharsets.UTF_8);
    @Nullable ConfigMap map = new ConfigFile("f.yaml", directory).parse(file, problems);
    if (map != null) {
      map.read("token", ConfigValue::secret);
    }
    return String.join("\n", problems.toList().stream().map(Object::toString).toList());
  }
}
