package dev.adit.server.admin;

import dev.adit.core.name.GroupName;
import dev.adit.core.tls.CertificateStatus;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.server.registry.AgentGroup;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.HandedConfig;
import dev.adit.server.registry.RegistrySnapshot;
import dev.adit.server.registry.UpstreamState;
import dev.adit.server.rules.reload.ReloadStatus;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * What {@code /status} answers.
 *
 * @param state running or draining
 * @param agents those that take calls
 * @param draining those that go away and finish the calls they have
 * @param certificates what the listeners show to their peers
 * @param warnings what an operator should act on
 */
public record ServerStatus(
    String state,
    String serverId,
    String version,
    String since,
    Calls calls,
    Rules rules,
    List<Group> groups,
    List<Agent> agents,
    List<Draining> draining,
    List<CertificateStatus> certificates,
    List<String> warnings) {

  /** Servers before this one do not tell of agents that go away. */
  public ServerStatus {
    draining = Objects.requireNonNullElse(draining, List.of());
  }

  /** Calls at the entry. */
  public record Calls(long running, long total, int connections) {}

  /**
   * How the rules stand.
   *
   * @param problems of the files as they are now; empty if they are in force
   */
  public record Rules(
      String hash,
      String since,
      int rules,
      int files,
      long loaded,
      long refused,
      List<String> problems,
      List<String> warnings) {
    public static Rules of(ReloadStatus status) {
      return new Rules(
          status.hash(),
          status.since().toString(),
          status.rules(),
          status.files(),
          status.loaded(),
          status.refused(),
          status.problems().stream().map(Object::toString).toList(),
          status.warnings().stream().map(Object::toString).toList());
    }
  }

  /**
   * A group that has agents.
   *
   * @param unhealthy those of them that are silent or whose backends are all down
   */
  public record Group(String name, List<String> agents, List<String> unhealthy, long calls) {}

  /** A connected agent. */
  public record Agent(
      String id,
      String instance,
      String address,
      String version,
      String since,
      List<String> groups,
      int calls,
      int maxCalls,
      List<Tunnel> tunnels,
      List<UpstreamState> upstreams,
      List<Config> configs) {}

  /** An agent that goes away. */
  public record Draining(String id, String instance, String address, int calls) {}

  /**
   * What an agent was handed for one of its groups.
   *
   * @param state sent, lost, accepted or refused
   * @param message the agent's words: why it refuses, or what it has to add
   */
  public record Config(String group, String revision, String state, String message) {
    static Config of(HandedConfig config) {
      return new Config(
          config.group().value(),
          config.revision(),
          config.state().name().toLowerCase(Locale.ROOT),
          config.message());
    }
  }

  /**
   * One of an agent's tunnels.
   *
   * @param rttMicros -1 before it is measured
   */
  public record Tunnel(int loop, long rttMicros, int calls) {}

  /** Agents that go away. */
  public static List<Draining> draining(List<AgentSession> sessions) {
    return sessions.stream()
        .map(each -> new Draining(each.id().value(), each.instance(), each.address(), each.calls()))
        .toList();
  }

  /** The groups of a snapshot, by name. */
  public static List<Group> groups(RegistrySnapshot registry) {
    return registry.groups().stream()
        .map(ServerStatus::group)
        .sorted(Comparator.comparing(Group::name))
        .toList();
  }

  private static Group group(AgentGroup group) {
    long calls = group.agents().stream().mapToLong(AgentSession::calls).sum();
    return new Group(
        group.name().value(),
        group.agents().stream().map(agent -> agent.id().value()).toList(),
        group.agents().stream()
            .filter(agent -> !group.healthy().contains(agent))
            .map(agent -> agent.id().value())
            .toList(),
        calls);
  }

  /**
   * The agents of a snapshot, by id.
   *
   * @param loops the server's event loops, in order
   */
  public static List<Agent> agents(RegistrySnapshot registry, List<?> loops) {
    return registry.sessions().stream()
        .map(session -> agent(session, loops))
        .sorted(Comparator.comparing(Agent::id))
        .toList();
  }

  private static Agent agent(AgentSession session, List<?> loops) {
    return new Agent(
        session.id().value(),
        session.instance(),
        session.address(),
        session.softwareVersion(),
        session.since().toString(),
        session.groups().stream().map(GroupName::value).sorted().toList(),
        session.calls(),
        session.maxCalls(),
        Arrays.stream(session.tunnels()).map(tunnel -> tunnel(tunnel, loops)).toList(),
        session.upstreams(),
        session.handed().values().stream()
            .map(Config::of)
            .sorted(Comparator.comparing(Config::group))
            .toList());
  }

  private static Tunnel tunnel(TunnelStream tunnel, List<?> loops) {
    long rtt = tunnel.rttNanos();
    return new Tunnel(
        loops.indexOf(tunnel.loop()),
        rtt < 0 ? -1 : TimeUnit.NANOSECONDS.toMicros(rtt),
        tunnel.callCount());
  }
}
