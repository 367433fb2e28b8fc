package dev.adit.server.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.config.ConfigProblem;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.Balance;
import dev.adit.server.policy.GroupShare;
import dev.adit.server.policy.HeaderChanges;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.HandedConfig;
import dev.adit.server.routing.Router;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import dev.adit.server.routing.RuleName;
import dev.adit.server.rules.reload.ReloadStatus;
import dev.adit.testing.tunnel.TunnelPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an operator should look at is said, each thing while it lasts and no longer. */
final class WarningsTest {
  private static final GroupName SHOP = new GroupName("shop");

  private final MemoryBudget memory = MemoryBudget.unlimited();
  private final AgentRegistry registry = new AgentRegistry();
  private final TunnelPair pair = new TunnelPair();
  private final List<ConfigProblem> ruleProblems = new ArrayList<>();
  private final List<ConfigProblem> agentProblems = new ArrayList<>();
  private final List<String> certificates = new ArrayList<>();
  private RoutingTable table = RoutingTable.of("h", List.of(), Map.of(), null);

  @AfterEach
  void close() {
    pair.cut();
  }

  private List<String> lines(boolean insecure) {
    return new Warnings(
            insecure,
            memory,
            new Router(table),
            registry,
            () -> new ReloadStatus("h", Instant.EPOCH, 0, 0, 1, 0, ruleProblems, List.of()),
            () -> agentProblems,
            () -> certificates)
        .lines();
  }

  private void assertOne(String expected) {
    assertEquals(List.of(expected), lines(false));
  }

  private static Rule rule(String name, List<String> groups) {
    return new Rule(
        new RuleName(name),
        "f:1",
        List.of(),
        List.of(),
        0,
        groups.stream().map(group -> new GroupShare(new GroupName(group), 1)).toList(),
        null,
        Balance.DEFAULT,
        null,
        null,
        null,
        null,
        null,
        HeaderChanges.NONE,
        HeaderChanges.NONE,
        null,
        null);
  }

  private AgentSession join() {
    AgentId id = new AgentId("shop-1");
    return registry
        .join(
            new AgentSession(id, "run", Set.of(SHOP), 0, 1, "", "", Instant.EPOCH),
            pair.server().stream())
        .session();
  }

  @Test
  void nothingIsSaidWhereAllIsWell() {
    table = RoutingTable.of("h", List.of(rule("r", List.of("shop"))), Map.of(), null);
    join();
    assertEquals(List.of(), lines(false));
  }

  @Test
  void clearTextTunnelsAreSaid() {
    assertEquals(List.of("tunnel.insecure: tunnels are in clear text"), lines(true));
  }

  @Test
  void refusedTunnelIsSaid() {
    registry.refused().add("192.0.2.1:1", "unknown token (unauthenticated)");
    assertOne(
        "a tunnel from 192.0.2.1:1 was refused less than ten minutes ago: unknown token"
            + " (unauthenticated); tunnel-agent doctor, run there, says the cure");
  }

  @Test
  void shortMemoryIsSaidWhileItIsShort() {
    memory.exhausted(true);
    assertOne("short of memory: new calls are refused (server-overloaded)");
    memory.exhausted(false);
    assertEquals(List.of(), lines(false));
  }

  @Test
  void groupsThatNobodyHasServedAreSaidOnceAndByName() {
    table =
        RoutingTable.of(
            "h",
            List.of(rule("r", List.of("b", "shop")), rule("s", List.of("a", "b"))),
            Map.of(),
            null);
    join();
    assertEquals(
        List.of(
            "no agent of group 'a' has connected since the start",
            "no agent of group 'b' has connected since the start"),
        lines(false));
  }

  @Test
  void thereAreNoMoreThanTwentyOfOneKind() {
    List<Rule> rules =
        IntStream.range(0, 21).mapToObj(i -> rule("r" + i, List.of("g" + i))).toList();
    table = RoutingTable.of("h", rules, Map.of(), null);
    assertEquals(20, lines(false).size());
  }

  @Test
  void onlyRefusedConfigurationsAreSaid() {
    AgentSession session = join();
    for (HandedConfig.State state : HandedConfig.State.values()) {
      session
          .handed()
          .put(SHOP, new HandedConfig(SHOP, "1", pair.server().stream(), state, "it may not"));
      assertEquals(
          state == HandedConfig.State.REFUSED
              ? List.of("agent shop-1 refuses the configuration of group 'shop': it may not")
              : List.of(),
          lines(false));
    }
  }

  @Test
  void agentsThatTakeEachOthersPlaceAreSaid() {
    for (int run = 0; run < 4; run++) {
      assertEquals(List.of(), lines(false));
      registry.join(
          new AgentSession(
              new AgentId("twin"), "run-" + run, Set.of(SHOP), 0, 1, "", "", Instant.EPOCH),
          pair.server().stream());
    }
    String line = lines(false).get(0);
    assertTrue(line.startsWith("agent twin was taken over three times or more"), line);
  }

  @Test
  void filesThatAreRefusedAndCertificatesAreSaid() {
    ConfigProblem problem = new ConfigProblem("a.yaml", 1, 2, "key", "a number", null);
    ruleProblems.add(problem);
    agentProblems.add(problem);
    certificates.add("entry.tls.cert ends");
    assertEquals(
        List.of("rules refused: " + problem, "agents refused: " + problem, "entry.tls.cert ends"),
        lines(false));
  }

  @Test
  void whatFailsCallsComesBeforeWhatMayBeMeantSo() {
    memory.exhausted(true);
    agentProblems.add(new ConfigProblem("a.yaml", 1, 2, "key", "a number", null));
    certificates.add("entry.tls refused");
    table = RoutingTable.of("h", List.of(rule("r", List.of("b"))), Map.of(), null);
    List<String> lines = lines(true);
    assertEquals(
        List.of("short", "agents", "entry.tls", "no", "tunnel.insecure:"),
        lines.stream().map(line -> line.split(" ", 2)[0]).toList());
  }
}
