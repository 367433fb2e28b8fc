package dev.adit.conformance.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The files that a server and its agents are started with, in a directory of their own. */
final class SiteFiles {
  private static final String SERVER =
      """
      version: 1
      entry: {listen: "127.0.0.1:0"%s}
      tunnel:
        listen: 127.0.0.1:0
        insecure: true
      %sadmin: {listen: "127.0.0.1:0"}
      rules: rules/
      drain: {grace: 2s}
      accessLog: %s
      agents:
      """;
  private static final String LOG = "{format: json, file: access.log}";
  private static final String AGENT_LINE =
      """
      - id: %s
        groups: [%s]
        tokens: [{sha256: %s}]
      """;
  private static final String AGENT =
      """
      version: 1
      id: %s
      groups: [%s]
      servers: ["%s"]
      insecure: true
      token: {file: agent.token}
      admin: off
      drain: {grace: %s}
      """;

  private final Path root;

  private SiteFiles(Path root) {
    this.root = root;
  }

  /** In a new temporary directory. */
  static SiteFiles create() throws IOException {
    return new SiteFiles(Files.createTempDirectory("adit-conformance-"));
  }

  /** Writes {@code server.yaml}, the rules, and a token for each agent. */
  void writeServer(SitePlan plan) throws IOException {
    String windows =
        plan.sizes()
            .map(TunnelSizes::windowBytes)
            .map(bytes -> "  initialWindow: " + bytes + "\n  callWindow: " + bytes + "\n")
            .orElse("");
    String more = plan.tunnelOptions().isEmpty() ? "" : "  " + plan.tunnelOptions() + "\n";
    StringBuilder server =
        new StringBuilder(
            SERVER.formatted(entry(plan), windows + more, plan.accessLog() ? LOG : "off"));
    for (AgentPlan agent : plan.agents()) {
      server.append(
          AGENT_LINE.formatted(agent.id(), names(agent.groups()), writeToken(agent.id())));
    }
    Path directory = directory("server");
    Files.writeString(directory.resolve("server.yaml"), server.toString());
    Files.writeString(directory("server/rules").resolve("rules.yaml"), plan.rules());
  }

  private static String entry(SitePlan plan) {
    return plan.entryOptions().isEmpty() ? "" : ", " + plan.entryOptions();
  }

  void writeAgent(AgentPlan agent, String tunnel) throws IOException {
    String text =
        AGENT.formatted(
                agent.id(),
                names(agent.groups()),
                agent.way().apply(tunnel),
                agent.drainGrace().toSeconds() + "s")
            + agent.backends();
    Files.writeString(directory(agent.id()).resolve("agent.yaml"), text);
  }

  private static String names(List<String> groups) {
    return String.join(", ", groups);
  }

  Path serverConfig() {
    return root.resolve("server/server.yaml");
  }

  Path agentConfig(String id) {
    return root.resolve(id).resolve("agent.yaml");
  }

  /** Removes everything again. */
  void delete() {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + root, e);
    }
  }

  Path root() {
    return root;
  }

  private Path directory(String name) throws IOException {
    return Files.createDirectories(root.resolve(name));
  }

  private String writeToken(String agent) throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    String token = HexFormat.of().formatHex(random);
    Files.writeString(directory(agent).resolve("agent.token"), token);
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
