package dev.adit.demo.site;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;

/** Writes the files of the demo: what a user would write by hand for a server and two agents. */
final class SiteFiles {
  static final String ACCESS_LOG = "access.log";

  private static final String SERVER =
      """
      version: 1
      entry:
        listen: 127.0.0.1:0
      tunnel:
        listen: 127.0.0.1:0
        insecure: true                # clear text: everything stays on this machine
      admin:
        listen: 127.0.0.1:0
      rules: rules/
      agents: agents.yaml
      drain: {grace: 2s}
      accessLog: {format: json, file: access.log}
      """;

  private static final String RULES =
      """
      version: 1
      rules:
      # Two services of one host, routed to two groups.
      - name: users
        hosts: [api.example.com]
        matches:
        - service: jisucloud.v1.UserService
        to: accounts
      - name: orders
        hosts: [api.example.com]
        matches:
        - service: jisucloud.v1.OrderService
        to: sales

      # Every call of one host.
      - name: engine
        hosts: [engine.example.com]
        to: trading

      # All hosts below a domain.
      - name: games
        hosts: ["*.play.example"]
        to: games

      # One method on any host, of a service without a package.
      - name: spam
        matches:
        - service: Detect
          method: detect
        to: moderation
      """;

  private static final String AGENTS =
      """
      version: 1
      agents:
      - id: site-a
        groups: [accounts, trading]
        tokens:
        - sha256: %s
      - id: site-b
        groups: [sales, games, moderation]
        tokens:
        - sha256: %s
      """;

  private static final String SITE_A =
      """
      version: 1
      id: site-a
      groups: [accounts, trading]
      servers: ["%s"]
      insecure: true
      token: {file: agent.token}
      upstreams:
      - name: users
        backends: ["%s"]
      - name: engine
        backends: ["%s"]
      routes:
      - matches: [{group: accounts}]
        to: users
      - matches: [{group: trading}]
        to: engine
      admin: off
      drain: {grace: 2s}
      """;

  private static final String SITE_B =
      """
      version: 1
      id: site-b
      groups: [sales, games, moderation]
      servers: ["%s"]
      insecure: true
      token: {file: agent.token}
      upstreams:
      - name: orders
        backends: ["%s"]
      - name: game
        backends: ["%s"]
      - name: detect
        backends: ["%s"]
      routes:
      - matches: [{service: jisucloud.v1.OrderService}]
        to: orders
      - matches: [{service: game.grpc.GameService}]
        to: game
      - matches: [{service: Detect}]
        to: detect
      admin: off
      drain: {grace: 2s}
      """;

  private final Path root;

  SiteFiles(Path root) {
    this.root = root;
  }

  /** The directory of one process; made if it does not exist. */
  Path directory(String name) throws IOException {
    return Files.createDirectories(root.resolve(name));
  }

  /** Writes {@code server.yaml} and what it names, and a token for each agent. */
  void writeServer() throws IOException {
    Path server = directory("server");
    Files.writeString(server.resolve("server.yaml"), SERVER);
    Files.writeString(directory("server/rules").resolve("demo.yaml"), RULES);
    String agents = AGENTS.formatted(writeToken("site-a"), writeToken("site-b"));
    Files.writeString(server.resolve("agents.yaml"), agents);
  }

  /** Writes the {@code agent.yaml} of both agents. */
  void writeAgents(String tunnel, Map<String, String> backends) throws IOException {
    Files.writeString(
        directory("site-a").resolve("agent.yaml"),
        SITE_A.formatted(tunnel, backends.get("user"), backends.get("engine")));
    Files.writeString(
        directory("site-b").resolve("agent.yaml"),
        SITE_B.formatted(
            tunnel, backends.get("order"), backends.get("game"), backends.get("detect")));
  }

  /** Writes a new token that only we may read, and returns its SHA-256. */
  private String writeToken(String agent) throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    String token = HexFormat.of().formatHex(random);
    Path file = directory(agent).resolve("agent.token");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, token);
    return sha256(token);
  }

  private static String sha256(String token) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
