package dev.adit.agent.dispatch;

import dev.adit.agent.backend.GroupUpstream;
import dev.adit.agent.backend.Upstream;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.name.GroupName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All that this agent serves: what its own file says first, then what a server handed to the call's
 * group. Any thread; a call that runs keeps the upstream it began with.
 */
public final class ServedUpstreams {
  private final RoutedUpstreams own;

  // shared: a group's entry is replaced as a whole
  private final Map<GroupName, RoutedUpstreams> handed = new ConcurrentHashMap<>();

  // shared: groups whose upstreams are outside the allow-list
  private final Set<GroupName> withheld = ConcurrentHashMap.newKeySet();

  public ServedUpstreams(RoutedUpstreams own) {
    this.own = own;
  }

  /** What the agent's own file says. */
  public RoutedUpstreams own() {
    return own;
  }

  /** What servers handed, by group. */
  public Map<GroupName, RoutedUpstreams> handed() {
    return handed;
  }

  /** Every upstream: the agent's own, then those handed to groups. */
  public List<GroupUpstream> all() {
    List<GroupUpstream> all = new ArrayList<>();
    own.upstreams().upstreams().forEach(each -> all.add(new GroupUpstream("", each)));
    handed.forEach(
        (group, routed) ->
            routed
                .upstreams()
                .upstreams()
                .forEach(each -> all.add(new GroupUpstream(group.value(), each))));
    return all;
  }

  /** How every upstream is now. Asked each second, hence cheap, also before it is compiled. */
  List<UpstreamHealth> health() {
    List<UpstreamHealth> health = new ArrayList<>();
    for (GroupUpstream each : all()) {
      Upstream upstream = each.upstream();
      health.add(
          new UpstreamHealth(
              each.group(),
              upstream.name().value(),
              upstream.backends().size(),
              upstream.usableBackends()));
    }
    return health;
  }

  /** The upstream for a call, or null if no route is for it. */
  @Nullable Upstream find(CallHeaders headers, GroupName group) {
    Upstream upstream = own.find(headers, group);
    if (upstream != null) {
      return upstream;
    }
    RoutedUpstreams ofGroup = handed.get(group);
    return ofGroup == null ? null : ofGroup.find(headers, group);
  }

  /** Whether the group would be served, but for the allow-list. */
  boolean isWithheld(GroupName group) {
    return withheld.contains(group);
  }

  /**
   * Serves this to a group's new calls.
   *
   * @param upstreams null: nothing beside the agent's own
   */
  public void hand(GroupName group, @Nullable RoutedUpstreams upstreams) {
    RoutedUpstreams before =
        upstreams == null ? handed.remove(group) : handed.put(group, upstreams);
    if (before != null) {
      before.upstreams().retireAllBut(upstreams == null ? null : upstreams.upstreams());
    }
  }

  /** Says whether a group's upstreams are kept from it by the allow-list. */
  public void withhold(GroupName group, boolean withhold) {
    if (withhold) {
      withheld.add(group);
    } else {
      withheld.remove(group);
    }
  }
}
