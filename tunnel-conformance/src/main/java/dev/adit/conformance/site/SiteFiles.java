package dev.adit.conformance.site;

import dev.adit.demo.process.ReadyLine;
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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The files that a server and its agents are started with, in a directory of their own. */
final class SiteFiles {
  private static final String SERVER =
      """
      version: 1
      entry: {listen: "127.0.0.1:0"%s}
      tunnel:
        listen: "127.0.0.1:0"
        insecure: true
      %sadmin: {listen: "127.0.0.1:0"}
      rules: rules/
      accessLog: %s
      """;
  private static final String DRAIN = "drain: {grace: 2s}\n";
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
      %sservers: [%s]
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

  /** Writes {@code server.yaml} and the rules of each server, and a token for each agent. */
  void writeServers(SitePlan plan) throws IOException {
    String windows =
        plan.sizes()
            .map(TunnelSizes::windowBytes)
            .map(bytes -> "  initialWindow: " + bytes + "\n  callWindow: " + bytes + "\n")
            .orElse("");
    String more = plan.tunnelOptions().isEmpty() ? "" : "  " + plan.tunnelOptions() + "\n";
    String server =
        SERVER.formatted(entry(plan), windows + more, plan.accessLog() ? LOG : "off")
            + (plan.serverSections().contains("drain:") ? "" : DRAIN)
            + plan.serverSections();
    StringBuilder agents = new StringBuilder("version: 1\nagents:\n");
    for (AgentPlan agent : plan.agents()) {
      agents.append(
          AGENT_LINE.formatted(agent.id(), names(agent.groups()), writeToken(agent.id())));
    }
    for (String name : serverNames(plan)) {
      Files.writeString(directory(name).resolve("server.yaml"), server);
      Files.writeString(directory(name).resolve("agents.yaml"), agents);
      Files.writeString(directory(name + "/rules").resolve("rules.yaml"), plan.rules());
    }
  }

  static List<String> serverNames(SitePlan plan) {
    return IntStream.rangeClosed(1, plan.servers())
        .mapToObj(number -> number == 1 ? "server" : "server-" + number)
        .toList();
  }

  /** From now on a server listens where it does now. */
  void keepPorts(String server, ReadyLine ready) throws IOException {
    Path file = config(server);
    String text = Files.readString(file);
    for (String listener : List.of("entry", "tunnel", "admin")) {
      text = text.replaceFirst("\"127\\.0\\.0\\.1:0\"", '"' + ready.field(listener) + '"');
    }
    Files.writeString(file, text);
  }

  private static String entry(SitePlan plan) {
    return plan.entryOptions().isEmpty() ? "" : ", " + plan.entryOptions();
  }

  void writeAgent(AgentPlan agent, List<String> tunnels) throws IOException {
    String servers =
        tunnels.stream()
            .map(tunnel -> '"' + agent.way().apply(tunnel) + '"')
            .collect(Collectors.joining(", "));
    String text =
        AGENT.formatted(agent.id(), groups(agent), servers, agent.drainGrace().toSeconds() + "s")
            + agent.backends();
    Files.writeString(directory(agent.id()).resolve("agent.yaml"), text);
  }

  private static String groups(AgentPlan agent) {
    return agent.namesGroups() ? "groups: [" + names(agent.groups()) + "]\n" : "";
  }

  private static String names(List<String> groups) {
    return String.join(", ", groups);
  }

  /** Of a server or an agent. */
  Path config(String process) {
    return root.resolve(process).resolve(role(process) + ".yaml");
  }

  /** {@code server} or {@code agent}. */
  static String role(String process) {
    return process.matches("server(-\\d+)?") ? "server" : "agent";
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
