package dev.adit.server.admin;

import dev.adit.core.name.GroupName;
import dev.adit.server.registry.AgentGroup;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.RegistrySnapshot;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import dev.adit.server.rules.check.RuleExplain;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why a call goes where it goes on a running server, and which agents could take it now. */
final class LiveExplain {
  private LiveExplain() {}

  /**
   * The explanation as nested maps and lists, and in {@code text} for people.
   *
   * @throws IllegalArgumentException if what is asked is no call; the message says why
   */
  static Map<String, Object> explain(
      ExplainRequest request, RoutingTable table, RegistrySnapshot registry) {
    RuleExplain explained = RuleExplain.of(table, request.toCall());
    Map<String, Object> tree = explained.toTree();
    StringBuilder agents = new StringBuilder();
    @Nullable Rule winner = explained.winner();
    List<Map<String, Object>> groups = new ArrayList<>();
    if (winner != null) {
      for (GroupName name : winner.groups().stream().distinct().toList()) {
        @Nullable AgentGroup group = registry.group(name);
        List<AgentSession> sessions = group == null ? List.of() : group.agents();
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("group", name.value());
        shown.put("agents", sessions.stream().map(LiveExplain::tree).toList());
        groups.add(shown);
        agents.append("agents  ").append(name).append(": ");
        agents.append(sessions.isEmpty() ? "none connected" : texts(sessions)).append('\n');
      }
    }
    tree.put("groups", groups);
    tree.put("rulesHash", table.hash());
    tree.put("text", explained.toText() + agents);
    return tree;
  }

  private static Map<String, Object> tree(AgentSession agent) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("id", agent.id().value());
    tree.put("calls", agent.calls());
    tree.put("maxCalls", agent.maxCalls());
    tree.put("takesCalls", takesCalls(agent));
    return tree;
  }

  private static boolean takesCalls(AgentSession agent) {
    return agent.tunnels().length > 0 && !agent.isFull();
  }

  private static String texts(List<AgentSession> agents) {
    List<String> texts = new ArrayList<>();
    for (AgentSession agent : agents) {
      String state = takesCalls(agent) ? "" : agent.isFull() ? ", full" : ", takes no calls";
      texts.add(
          agent.id() + " (" + agent.calls() + " of " + agent.maxCalls() + " calls" + state + ")");
    }
    return String.join(", ", texts);
  }
}
