package dev.adit.conformance.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/** Writes the files that a server and its agents are started with. */
final class SiteFiles {
  private static final String SERVER =
      """
      version: 1
      entry: {listen: "127.0.0.1:0"}
      tunnel:
        listen: 127.0.0.1:0
        insecure: true
      %sadmin: {listen: "127.0.0.1:0"}
      rules: rules/
      drain: {grace: 2s}
      accessLog: {format: json, file: access.log}
      agents:
      """;
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
      drain: {grace: 2s}
      """;

  private final Path root;

  SiteFiles(Path root) {
    this.root = root;
  }

  /**
   * Writes {@code server.yaml}, the rules, and a token for each agent.
   *
   * @param windowBytes credit of a call; 0: the usual
   */
  void writeServer(SitePlan plan, int windowBytes) throws IOException {
    String windows =
        windowBytes == 0
            ? ""
            : "  initialWindow: " + windowBytes + "\n  callWindow: " + windowBytes + "\n";
    StringBuilder server = new StringBuilder(SERVER.formatted(windows));
    for (AgentPlan agent : plan.agents()) {
      server.append(
          AGENT_LINE.formatted(agent.id(), names(agent.groups()), writeToken(agent.id())));
    }
    Path directory = directory("server");
    Files.writeString(directory.resolve("server.yaml"), server.toString());
    Files.writeString(directory("server/rules").resolve("rules.yaml"), plan.rules());
  }

  void writeAgent(AgentPlan agent, String tunnel) throws IOException {
    String text = AGENT.formatted(agent.id(), names(agent.groups()), tunnel) + agent.backends();
    Files.writeString(directory(agent.id()).resolve("agent.yaml"), text);
  }

  private static String names(List<String> groups) {
    return String.join(", ", groups);
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
