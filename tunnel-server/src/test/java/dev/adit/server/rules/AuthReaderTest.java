package dev.adit.server.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.token.TokenHash;
import dev.adit.server.policy.auth.AuthPolicy;
import dev.adit.server.policy.auth.JwtPolicy;
import dev.adit.server.rules.check.LintFinding;
import dev.adit.server.rules.check.RuleDigest;
import dev.adit.server.rules.check.RuleLint;
import dev.adit.testing.corpus.SchemaCheck;
import dev.adit.testing.jwt.TestIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AuthReaderTest {
  private static final String HEAD = "version: 1\nrules:\n- name: a\n  to: g\n  auth: ";
  private static final String BOTH =
      "{bearer: [{sha256: "
          + "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752, name: ci}], jwt: "
          + "{jwksFile: ../keys.json, issuer: 'https://i', audience: [a, b]}}";

  @TempDir private Path root = Path.of("");
  private Path rules = Path.of("");

  @BeforeEach
  void makeDirectory() throws IOException {
    rules = Files.createDirectory(root.resolve("rules"));
    keys(TestIssuer.ec("k").jwks());
  }

  private void keys(String content) throws IOException {
    Files.writeString(root.resolve("keys.json"), content);
  }

  private RuleSet read(String auth) throws IOException, ConfigException {
    Files.writeString(rules.resolve("a.yaml"), HEAD + auth + "\n");
    return RuleFileReader.read(rules);
  }

  private static AuthPolicy auth(RuleSet set) {
    return Objects.requireNonNull(set.rules().get(0).auth());
  }

  @Test
  void everythingIsReadAndTheSchemaKnowsIt() throws Exception {
    AuthPolicy auth = auth(read(BOTH));
    assertEquals("token:ci", String.valueOf(auth.bearer().get(0).identity()));
    JwtPolicy jwt = Objects.requireNonNull(auth.jwt());
    assertEquals("https://i", jwt.issuer());
    assertEquals(List.of("a", "b"), jwt.audiences());
    assertEquals(List.of(), SchemaCheck.of("rules").complaints(rules.resolve("a.yaml")));
    read("{jwt: {jwksFile: ../keys.json, audience: a}}");
    assertEquals(List.of(), SchemaCheck.of("rules").complaints(rules.resolve("a.yaml")));
  }

  @Test
  void brokenKeyIsAProblemOfTheLineThatNamesItsFile() throws Exception {
    read(BOTH);
    keys(TestIssuer.jwks(TestIssuer.ec("k").jwk().replace("P-256", "P-999")));
    ConfigProblems problems = new ConfigProblems();
    RuleFileReader.read(rules, problems);
    assertEquals(1, problems.toList().size());
    String said = problems.toList().get(0).toString();
    String place = rules.resolve("a.yaml") + ":5:122: rules[0].auth.jwt.jwksFile: ";
    assertEquals(
        place + "expected a file with a JSON Web Key Set of public keys; keys[0] is broken",
        said.substring(0, said.indexOf(" is broken") + " is broken".length()));
  }

  /** Whoever sends no token at all would be let in. */
  @Test
  void hashOfAnEmptyTokenIsAProblem() throws Exception {
    ConfigException refused =
        assertThrows(
            ConfigException.class,
            () -> read("{bearer: [{sha256: " + TokenHash.of("").hex() + "}]}"));
    assertTrue(String.valueOf(refused.getMessage()).contains("the token was empty"));
  }

  @Test
  void unreadableAndOversizedFilesAreProblems() throws Exception {
    read(BOTH);
    for (String content : List.of("", "x".repeat(1024 * 1024 + 1))) {
      keys(content);
      ConfigProblems problems = new ConfigProblems();
      RuleFileReader.read(rules, problems);
      assertEquals(1, problems.toList().size(), problems::toString);
    }
  }

  @Test
  void otherKeysAreOtherRules() throws Exception {
    RuleSet before = read(BOTH);
    keys(TestIssuer.ec("k").jwks());
    RuleSet after = read(BOTH);
    assertNotEquals(before.hash(), after.hash());
    assertNotEquals(
        RuleDigest.of(before.rules(), List.of()), RuleDigest.of(after.rules(), List.of()));
    assertEquals(
        RuleDigest.of(after.rules(), List.of()), RuleDigest.of(read(BOTH).rules(), List.of()));
  }

  @Test
  void tokensForAnyAudienceAreWorthAWarning() throws Exception {
    List<LintFinding> findings =
        RuleLint.lint(read("{jwt: {jwksFile: ../keys.json}}"), group -> true);
    assertEquals(1, findings.size());
    assertEquals(List.of(), RuleLint.lint(read(BOTH), group -> true));
  }
}
