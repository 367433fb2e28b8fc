package dev.adit.server.admin.live;

import dev.adit.server.registry.AgentGroup;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.RegistrySnapshot;
import dev.adit.server.registry.UpstreamState;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Who is connected, for people. */
final class GroupPictures {
  static final int MAX_GROUPS = 200;
  private static final int MAX_UPSTREAMS = 20;

  private GroupPictures() {}

  /** The groups that stand worst first, then by name. */
  static List<LivePicture.Group> of(RegistrySnapshot registry) {
    return registry.groups().stream()
        .map(GroupPictures::group)
        .sorted(
            Comparator.comparing((LivePicture.Group group) -> group.healthy() == group.agents())
                .thenComparing(LivePicture.Group::name))
        .limit(MAX_GROUPS)
        .toList();
  }

  private static LivePicture.Group group(AgentGroup group) {
    Map<String, LivePicture.Upstream> upstreams = new TreeMap<>();
    long calls = 0;
    long capacity = 0;
    long rtt = -1;
    for (AgentSession agent : group.agents()) {
      calls += agent.calls();
      capacity += agent.maxCalls();
      long micros = agent.rttMicros();
      rtt = micros >= 0 && (rtt < 0 || micros < rtt) ? micros : rtt;
      for (UpstreamState upstream : agent.upstreams()) {
        if (upstream.group().isEmpty() || upstream.group().equals(group.name().value())) {
          add(upstreams, upstream);
        }
      }
    }
    return new LivePicture.Group(
        group.name().value(),
        group.agents().size(),
        group.healthy().size(),
        calls,
        capacity,
        rtt,
        List.copyOf(upstreams.values()));
  }

  private static void add(Map<String, LivePicture.Upstream> upstreams, UpstreamState upstream) {
    String name = ForeignText.cut(upstream.name());
    if (upstreams.size() < MAX_UPSTREAMS || upstreams.containsKey(name)) {
      upstreams.merge(
          name,
          new LivePicture.Upstream(name, upstream.backends(), upstream.healthy()),
          (a, b) ->
              new LivePicture.Upstream(
                  name, a.backends() + b.backends(), a.healthy() + b.healthy()));
    }
  }
}
