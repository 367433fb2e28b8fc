package dev.adit.conformance.operators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.KeptClasses;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.conformance.tools.Tool;
import dev.adit.core.status.Sheet;
import dev.adit.demo.process.ChildCommand;
import dev.adit.demo.process.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What {@code status} of both commands prints about processes that run. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StatusCommandIT {
  private static final int AGENTS = 14;
  private static final int SECONDS = 20;
  private static final Duration END = Duration.ofSeconds(15);
  private static final Duration BOUND = Duration.ofSeconds(30);

  /** Nobody listens there. */
  private static final String NOWHERE = "127.0.0.1:1";

  private TunnelSite site;

  /** With an agent that has an admin port. */
  private TunnelSite one;

  private int agentAdmin;

  @BeforeAll
  void startSite() throws Exception {
    AgentPlan[] plans =
        IntStream.range(0, AGENTS)
            .mapToObj(i -> AgentPlan.of("agent-" + i, "shop", NOWHERE))
            .toArray(AgentPlan[]::new);
    site = TunnelSite.startServers(SitePlan.ofGroup("shop", plans));
    site.startManyAgents("agent-", "shop", NOWHERE);
    one =
        TunnelSite.startServers(SitePlan.ofGroup("shop", AgentPlan.of("agent-0", "shop", NOWHERE)));
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      agentAdmin = free.getLocalPort();
    }
    Path file = one.directory().resolve("agent-0/agent.yaml");
    Files.writeString(
        file,
        Files.readString(file)
            .replace("admin: off", "admin: {listen: \"127.0.0.1:" + agentAdmin + "\"}")
            .replace("servers: [", "servers: [\"" + NOWHERE + "\", "));
    one.restart("agent-0");
    Eventually.holds(
        "all agents", BOUND, () -> site.status().groups().get(0).agents().size() == AGENTS);
  }

  @AfterAll
  void stopSite() {
    site.close();
    one.close();
  }

  private static List<String> command(String role, String admin, String... more) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String jar = System.getProperty(role + ".jar");
    words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    words.addAll(KeptClasses.options(jar));
    words.addAll(List.of("-jar", jar, "status", "--admin", admin));
    words.addAll(List.of(more));
    return words;
  }

  private List<String> server(String... more) {
    return command("server", site.admin(), more);
  }

  private List<String> agent(String... more) {
    return command("agent", "127.0.0.1:" + agentAdmin, more);
  }

  private String run(List<String> words) throws Exception {
    Tool.Run run = Tool.run(site.directory(), SECONDS, words).orElseThrow();
    assertEquals(0, run.exitCode(), run::output);
    return run.output();
  }

  private static void assertHas(String text, String regex) {
    assertTrue(
        text.lines().anyMatch(line -> line.matches(regex)), () -> "no " + regex + " in\n" + text);
  }

  private static void assertFits(String text) {
    text.lines().forEach(line -> assertTrue(line.length() <= Sheet.WIDTH, line));
  }

  private static long count(String text, String regex) {
    return text.lines().filter(line -> line.matches(regex)).count();
  }

  @Test
  void serverStatusFitsATerminalAndSaysHowMuchItLeavesOut() throws Exception {
    String text = run(server());
    assertFits(text);
    assertHas(text, "server   [0-9a-f-]{36}, version .*");
    assertHas(text, "calls    0 running, 0 in all, 0 connections");
    assertHas(
        text, "rules    [0-9a-f]{12} since \\d{4}-\\d\\d-\\d\\d [0-9:]{8}Z, 1 rule in 1 file");
    assertHas(text, "         loaded 1 time, refused 0 times");
    assertHas(text, "group    shop: 0 calls, agents agent-.*");
    assertHas(text, "         .*\\.\\.\\. and 4 more");
    assertEquals(10, count(text, "agent    agent-\\d+: 0 of 1000 calls, groups shop"), text);
    assertHas(text, "agent    \\.\\.\\. and 4 more");
    assertHas(text, "         \\d+ tunnels: loop \\d (\\d+\\.\\d ms|not measured) 0 calls.*");
    assertHas(text, "         upstream all: 1 of 1 backend usable");
    assertHas(text, "warning  tunnel.insecure: .*");
  }

  @Test
  void watchEndsWhenNobodyReadsItAnyMore() throws Exception {
    String watch = String.join(" ", server("--watch", "1")) + " | head -n 1";
    assertHas(run(List.of("bash", "-c", watch)), "server   .*");
  }

  @Test
  void allOfALongListIsShownOnRequest() throws Exception {
    String text = run(server("--all"));
    assertFits(text);
    assertEquals(AGENTS, count(text, "agent    agent-\\d+: .*"), text);
    assertEquals(0, count(text, ".*\\.\\.\\. and.*"), text);
  }

  @Test
  void agentStatusSaysWhichServerItHasNoTunnelToAndWhy() throws Exception {
    String text = run(agent());
    assertFits(text);
    assertHas(text, "agent    agent-0, version .*");
    assertHas(text, "servers  1 of 2 connected");
    assertHas(text, "server   " + one.tunnel() + ": [1-9]\\d* tunnels");
    assertHas(text, "         loop \\d (\\d+\\.\\d ms|not measured) 0 calls.*");
    assertHas(text, "server   " + NOWHERE + ": 0 tunnels");
    assertHas(text, "upstream all");
    assertHas(text, "         backend " + NOWHERE + ": .*");
    String unbroken = text.replace("\n         ", " ");
    assertHas(unbroken, "warning  no tunnel to " + NOWHERE + ": connection refused; .*doctor.*");
    assertHas(text, "warning  insecure: .*");
  }

  @Test
  void programsGetJson() throws Exception {
    var server = JsonParser.parseString(run(server("--json"))).getAsJsonObject();
    assertEquals(AGENTS, server.getAsJsonArray("agents").size());
    var tunnel =
        server.getAsJsonArray("agents").get(0).getAsJsonObject().getAsJsonArray("tunnels").get(0);
    assertEquals(0, tunnel.getAsJsonObject().get("calls").getAsInt());
    var agent = JsonParser.parseString(run(agent("--json"))).getAsJsonObject();
    assertEquals(2, agent.getAsJsonArray("dialed").size(), agent::toString);
  }

  /** Through env, because whoever started us may have SIGINT ignored. */
  private ChildProcess watch(String name, List<String> command) throws Exception {
    List<String> words = new ArrayList<>(List.of("env", "--default-signal=INT"));
    Optional<Tool.Run> there =
        Tool.run(site.directory(), SECONDS, List.of("env", "--default-signal=INT", "true"));
    Tool.need(there.isPresent() && there.get().exitCode() == 0, "env --default-signal");
    words.addAll(command);
    return site.start(new ChildCommand(name, words, site.directory(), Map.of()));
  }

  private static void interrupt(ChildProcess process) throws Exception {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    assertEquals(0, process.awaitEnd(END), () -> String.join("\n", process.logTail()));
  }

  private static String output(ChildProcess process) {
    return String.join("\n", process.output());
  }

  @Test
  void watchAppendsOutsideATerminalAndEndsWellOnInterrupt() throws Exception {
    ChildProcess server = watch("watch-server", server("--watch", "1"));
    ChildProcess agent = watch("watch-agent", agent("--watch", "1"));
    Eventually.holds(
        "three texts", BOUND, () -> count(output(server), "server   [0-9a-f-]{36}.*") >= 3);
    assertHas(output(server), "calls    .*, 0\\.0 a second");
    Eventually.holds("three texts", BOUND, () -> count(output(agent), "agent    agent-0.*") >= 3);
    assertEquals(0, count(output(server), ".*\\x1b.*"), () -> output(server));
    interrupt(server);
    interrupt(agent);
  }

  @Test
  void watchGoesOnWhereItsServerRestarts() throws Exception {
    try (TunnelSite other = TunnelSite.startServers(SitePlan.of(NOWHERE))) {
      ChildProcess watch = watch("watch-restart", command("server", other.admin(), "--watch", "1"));
      Eventually.holds("a text", BOUND, () -> count(output(watch), "server .*") > 0);
      String id = other.status().serverId();
      other.kill("server");
      Eventually.holds(
          "says so", BOUND, () -> count(output(watch), "error: nothing listens on .*") > 0);
      other.restart("server");
      Eventually.holds(
          "the new one",
          BOUND,
          () -> {
            String text = output(watch);
            return count(text, "server   .*") > count(text, "server   " + id + ".*");
          });
      interrupt(watch);
    }
  }

  @Test
  void watchRedrawsOnATerminal() throws Exception {
    String line = String.join(" ", server("--watch", "1"));
    Tool.need(
        Tool.run(site.directory(), SECONDS, List.of("script", "--version")).isPresent(), "script");
    ChildProcess watch =
        site.start(
            new ChildCommand(
                "watch-terminal",
                List.of("script", "-qfec", line, "/dev/null"),
                site.directory(),
                Map.of("TERM", "xterm")));
    Eventually.holds(
        "drawn twice",
        BOUND,
        () -> count(output(watch), "\\x1b\\[H\\x1b\\[2Jserver   [0-9a-f-]{36}.*") >= 2);
    watch.terminate();
  }

  @Test
  void whatIsNoIntervalIsWrongUsage() throws IOException, InterruptedException {
    for (String seconds : List.of("0", "-1", "x", "3601")) {
      Tool.Run run = Tool.run(site.directory(), SECONDS, server("--watch", seconds)).orElseThrow();
      assertEquals(2, run.exitCode(), run::output);
    }
  }
}
