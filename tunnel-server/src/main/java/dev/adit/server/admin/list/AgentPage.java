package dev.adit.server.admin.list;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import dev.adit.core.admin.AdminPage;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.admin.live.ForeignText;
import dev.adit.server.calls.FailureRow;
import dev.adit.server.calls.RunningCalls;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.UpstreamState;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
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
   * @param failed calls that failed there in the last ten minutes, those left out that were taken
   *     back
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
      long failed,
      List<UpstreamState> upstreams) {

    static Agent of(AgentSession session, long failed) {
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
          failed,
          session.upstreams().stream().limit(MAX_UPSTREAMS).toList());
    }
  }

  private record Wanted(@Nullable String find) {}

  private final AgentRegistry registry;
  private final RunningCalls calls;
  private final Executor thread;

  /**
   * A page about who is connected to {@code registry}.
   *
   * @param calls know what has failed
   * @param thread where failures are counted, lest it be a loop of calls
   */
  public AgentPage(AgentRegistry registry, RunningCalls calls, Executor thread) {
    this.registry = registry;
    this.calls = calls;
    this.thread = thread;
  }

  /**
   * Answers.
   *
   * @param body JSON with part of an id or of a group's name in {@code find}; or nothing
   */
  public CompletionStage<AdminPage> find(String body) {
    @Nullable Wanted wanted;
    try {
      wanted = new Gson().fromJson(body, Wanted.class);
    } catch (JsonParseException e) {
      return CompletableFuture.completedFuture(
          AdminPage.text(BAD_REQUEST, "expected JSON: {\"find\": \"..\"}, or nothing\n"));
    }
    @Nullable String find = wanted == null ? null : wanted.find();
    return calls.failures(thread).thenApply(rows -> AdminPage.json(shown(find, byAgent(rows))));
  }

  private static Map<AgentId, Long> byAgent(List<FailureRow> rows) {
    Map<AgentId, Long> failed = new HashMap<>();
    for (FailureRow row : rows) {
      AgentId agent = row.key().agent();
      if (agent != null && !row.key().isTakenBack()) {
        failed.merge(agent, row.count(), Long::sum);
      }
    }
    return failed;
  }

  private Shown shown(@Nullable String find, Map<AgentId, Long> failed) {
    String part = find == null ? "" : find.toLowerCase(Locale.ROOT);
    List<AgentSession> all = registry.snapshot().sessions();
    List<AgentSession> matching = all.stream().filter(agent -> fits(agent, part)).toList();
    return new Shown(
        all.size(),
        matching.size(),
        // First what changes all the time is taken down, then it is compared.
        matching.stream()
            .map(agent -> Agent.of(agent, failed.getOrDefault(agent.id(), 0L)))
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
