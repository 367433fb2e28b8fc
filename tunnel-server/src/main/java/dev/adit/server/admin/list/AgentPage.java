package dev.adit.server.admin.list;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import dev.adit.core.admin.AdminPage;
import dev.adit.core.name.GroupName;
import dev.adit.server.admin.live.ForeignText;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.UpstreamState;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code POST /agents}: connected agents that fit what is looked for. Any thread. */
public final class AgentPage {
  /** Agents that are shown. */
  static final int MAX_SHOWN = 100;

  private static final int MAX_UPSTREAMS = 50;
  private static final int BAD_REQUEST = 400;

  /**
   * Agents.
   *
   * @param connected all of them
   * @param matching those that fit
   * @param agents the first of those: who is passed over, then who has most calls, then by id
   */
  record Shown(int connected, int matching, List<Agent> agents) {}

  /**
   * One of them.
   *
   * @param rttMicros the shortest last round trip of its tunnels; -1: not measured yet
   * @param healthy whether no group of its own passes it over
   */
  record Agent(
      String id,
      String instance,
      String address,
      String version,
      String since,
      List<String> groups,
      int calls,
      int maxCalls,
      int tunnels,
      long rttMicros,
      boolean healthy,
      List<UpstreamState> upstreams) {

    static Agent of(AgentSession session) {
      return new Agent(
          session.id().value(),
          ForeignText.cut(session.instance()),
          session.address(),
          ForeignText.cut(session.softwareVersion()),
          session.since().toString(),
          session.groups().stream().map(GroupName::value).sorted().toList(),
          session.calls(),
          session.maxCalls(),
          session.tunnels().length,
          session.rttMicros(),
          session.isHealthy(),
          session.upstreams().stream().limit(MAX_UPSTREAMS).toList());
    }
  }

  private record Wanted(@Nullable String find) {}

  private final AgentRegistry registry;

  /** A page about who is connected to {@code registry}. */
  public AgentPage(AgentRegistry registry) {
    this.registry = registry;
  }

  /**
   * Answers.
   *
   * @param body JSON with part of an id or of a group's name in {@code find}; or nothing
   */
  public CompletionStage<AdminPage> find(String body) {
    AdminPage page;
    try {
      @Nullable Wanted wanted = new Gson().fromJson(body, Wanted.class);
      page = AdminPage.json(shown(wanted == null ? null : wanted.find()));
    } catch (JsonParseException e) {
      page = AdminPage.text(BAD_REQUEST, "expected JSON: {\"find\": \"..\"}, or nothing\n");
    }
    return CompletableFuture.completedFuture(page);
  }

  private Shown shown(@Nullable String find) {
    String part = find == null ? "" : find.toLowerCase(Locale.ROOT);
    List<AgentSession> all = registry.snapshot().sessions();
    List<AgentSession> matching = all.stream().filter(agent -> fits(agent, part)).toList();
    return new Shown(
        all.size(),
        matching.size(),
        // First what changes all the time is taken down, then it is compared.
        matching.stream()
            .map(Agent::of)
            .sorted(
                Comparator.comparing(Agent::healthy)
                    .thenComparing(Agent::calls, Comparator.reverseOrder())
                    .thenComparing(Agent::id))
            .limit(MAX_SHOWN)
            .toList());
  }

  private static boolean fits(AgentSession agent, String part) {
    return agent.id().value().toLowerCase(Locale.ROOT).contains(part)
        || agent.groups().stream()
            .anyMatch(group -> group.value().toLowerCase(Locale.ROOT).contains(part));
  }
}
