package dev.adit.conformance.docs;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.adit.agent.config.AgentConfigReader;
import dev.adit.core.config.ConfigException;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import dev.adit.server.config.ServerConfigReader;
import dev.adit.server.config.agents.AgentsFile;
import dev.adit.server.rules.RuleFileReader;
import dev.adit.server.rules.RuleSet;
import dev.adit.server.rules.check.RuleTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every sample file of a document is one that the product reads: a fenced block whose opening line
 * is {@code yaml} and the file's name, and every other block of YAML that says {@code version: 1}.
 */
final class SamplesTest {
  private static final TlsIdentity IDENTITY = CertificateAuthority.create("samples").identity();
  private static final Pattern NAMED_FILE =
      Pattern.compile("[A-Za-z0-9_./-]+\\.(?:crt|key|pem|token|json)\\b");

  /** The public key of RFC 8037, appendix A.2. */
  private static final String KEY_SET =
      """
      {"keys": [{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "1",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
      """;

  @TempDir Path directory = Path.of("");

  /** A sample and where it stands. */
  record Sample(Document document, String name, String body) {
    @Override
    public String toString() {
      String first = body.lines().findFirst().orElse("");
      return document + " " + name + ": " + first;
    }
  }

  static Stream<Sample> samples() {
    return Document.all().stream()
        .flatMap(
            document ->
                document.blocks().stream()
                    .filter(SamplesTest::isWholeFile)
                    .map(block -> new Sample(document, name(block), here(block.body()))));
  }

  /** What is installed lies below {@code /etc}, where no test writes to. */
  private static String here(String body) {
    return body.replaceAll("/etc/tunnel-(server|agent)/", "");
  }

  private static boolean isWholeFile(Document.Block block) {
    return block.words().startsWith("yaml ")
        || (block.words().equals("yaml") && block.body().lines().anyMatch("version: 1"::equals));
  }

  private static String name(Document.Block block) {
    if (!block.words().equals("yaml")) {
      return block.words().substring(5);
    }
    Set<String> keys =
        block
            .body()
            .lines()
            .filter(line -> line.matches("[a-zA-Z]+:.*"))
            .map(line -> line.replaceFirst(":.*", ""))
            .collect(Collectors.toSet());
    if (keys.contains("tunnel")) {
      return "server.yaml";
    }
    if (keys.contains("servers")) {
      return "agent.yaml";
    }
    return keys.contains("agents") ? "agents.yaml" : "rules/sample.yaml";
  }

  @Test
  void documentsHaveASampleOfEveryFile() {
    Set<String> names = samples().map(SamplesTest::kind).collect(Collectors.toSet());
    assertTrue(
        names.containsAll(Set.of("server.yaml", "agents.yaml", "agent.yaml", "rules")),
        names.toString());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void sampleIsRead(Sample sample) throws Exception {
    makeNamedFiles(sample.body());
    switch (kind(sample)) {
      case "server.yaml" -> {
        Files.createDirectories(directory.resolve("rules"));
        write("agents.yaml", "version: 1\nagents: []\n");
        ServerConfigReader.read(write("server.yaml", sample.body()));
      }
      case "agents.yaml" -> AgentsFile.read(write("agents.yaml", sample.body()));
      case "agent.yaml" ->
          AgentConfigReader.read(
              write("agent.yaml", sample.body()), Map.of("HOSTNAME", "some-host"));
      case "rules" -> readRules(sample.body());
      default -> fail("a sample of no file that is known here: " + sample.name());
    }
  }

  private void readRules(String body) throws IOException, ConfigException {
    for (String name : namedFiles(body)) {
      // Paths in a rule file are relative to it.
      Path file = directory.resolve("rules").resolve(name);
      Files.createDirectories(file.getParent());
      Files.copy(directory.resolve(name), file);
    }
    write("rules/sample.yaml", body);
    RuleSet rules = RuleFileReader.read(directory.resolve("rules"));
    RuleTests tests = RuleTests.run(rules);
    assertTrue(tests.passed(), tests.toText());
  }

  private static String kind(Sample sample) {
    return sample.name().startsWith("rules/") ? "rules" : sample.name();
  }

  /** The certificates, keys and tokens that a sample names. */
  private void makeNamedFiles(String body) throws IOException {
    for (String name : namedFiles(body)) {
      String kind = name.substring(name.lastIndexOf('.'));
      write(
          name,
          switch (kind) {
            case ".crt" -> CertificateAuthority.pem(IDENTITY.chain());
            case ".key" -> CertificateAuthority.pem(IDENTITY.key());
            case ".json" -> KEY_SET;
            default -> "-";
          });
    }
  }

  private static Set<String> namedFiles(String body) {
    return NAMED_FILE
        .matcher(body)
        .results()
        .map(found -> found.group())
        .collect(Collectors.toSet());
  }

  private Path write(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }
}
