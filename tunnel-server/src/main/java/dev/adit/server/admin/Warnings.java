package dev.adit.server.admin;

import dev.adit.core.config.ConfigProblem;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.name.GroupName;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.HandedConfig;
import dev.adit.server.routing.Router;
import dev.adit.server.rules.reload.ReloadStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/** What an operator should look at now, a line each. Any thread. */
public final class Warnings {
  /** Of one kind. */
  private static final int MOST = 20;

  // deps
  private final boolean insecure;
  private final MemoryBudget memory;
  private final Router router;
  private final AgentRegistry registry;
  private final Supplier<ReloadStatus> rules;
  private final Supplier<List<ConfigProblem>> agents;
  private final Supplier<List<String>> identities;

  /**
   * @param insecure whether tunnels are in clear text
   * @param agents what is wrong with the file of agents
   * @param identities what is wrong with certificates
   */
  public Warnings(
      boolean insecure,
      MemoryBudget memory,
      Router router,
      AgentRegistry registry,
      Supplier<ReloadStatus> rules,
      Supplier<List<ConfigProblem>> agents,
      Supplier<List<String>> identities) {
    this.insecure = insecure;
    this.memory = memory;
    this.router = router;
    this.registry = registry;
    this.rules = rules;
    this.agents = agents;
    this.identities = identities;
  }

  /**
   * The warnings of this moment; empty if all is well. What fails calls now or will soon goes
   * before what may be meant so, since systemd shows the first.
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (memory.isExhausted()) {
      lines.add("short of memory: new calls are refused (server-overloaded)");
    }
    rules.get().problems().forEach(problem -> lines.add("rules refused: " + problem));
    agents.get().forEach(problem -> lines.add("agents refused: " + problem));
    lines.addAll(identities.get());
    lines.addAll(contested());
    lines.addAll(registry.refused().lines());
    lines.addAll(refusedConfigs());
    lines.addAll(neverJoined());
    if (insecure) {
      lines.add("tunnel.insecure: tunnels are in clear text");
    }
    return lines;
  }

  /** Groups that calls are sent to and no agent has served since the start. */
  private List<String> neverJoined() {
    return router.table().rules().stream()
        .flatMap(rule -> rule.groups().stream())
        .filter(group -> !registry.hasEverJoined(group))
        .distinct()
        .sorted(Comparator.comparing(GroupName::value))
        .limit(MOST)
        .map(group -> "no agent of group '" + group + "' has connected since the start")
        .toList();
  }

  /** Agents that do not serve what their group is handed. */
  private List<String> refusedConfigs() {
    return registry.snapshot().sessions().stream()
        .flatMap(
            session ->
                session.handed().values().stream()
                    .filter(config -> config.state() == HandedConfig.State.REFUSED)
                    .map(
                        config ->
                            "agent "
                                + session.id()
                                + " refuses the configuration of group '"
                                + config.group()
                                + "': "
                                + config.message()))
        .limit(MOST)
        .toList();
  }

  /** Agents' ids that two processes take from each other. */
  private List<String> contested() {
    return registry.contested().stream()
        .limit(MOST)
        .map(
            id ->
                "agent "
                    + id
                    + " was taken over three times or more within five minutes: two hosts run with"
                    + " one id; give each its own")
        .toList();
  }
}
