package dev.adit.server.admin.grpc;

import dev.adit.core.drain.Drain;
import dev.adit.core.match.HostPattern;
import dev.adit.core.name.GroupName;
import dev.adit.server.registry.AgentGroup;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.RegistrySnapshot;
import dev.adit.server.routing.Router;
import dev.adit.server.routing.Rule;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.netty.util.AsciiString;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What may be asked for in grpc.health.v1, and how it is now: the server itself, each group, each
 * host. Any thread.
 */
public final class ServingStates {
  /** Before the name of a group that rules name or agents serve. */
  static final String GROUP = "group/";

  /** Before a host, or before a pattern as it is written in rules. */
  static final String HOST = "host/";

  // deps
  private final Drain drain;
  private final Router router;
  private final AgentRegistry registry;

  public ServingStates(Drain drain, Router router, AgentRegistry registry) {
    this.drain = drain;
    this.router = router;
    this.registry = registry;
  }

  /**
   * How a service is now; null: there is none of that name.
   *
   * @param service {@code ""}, {@code group/NAME} or {@code host/NAME}
   */
  @Nullable ServingStatus of(String service) {
    if (service.isEmpty()) {
      return status(true);
    }
    if (service.startsWith(GROUP)) {
      return ofGroup(service.substring(GROUP.length()));
    }
    return service.startsWith(HOST) ? ofHost(service.substring(HOST.length())) : null;
  }

  private ServingStatus status(boolean serves) {
    return serves && !drain.inProgress() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }

  private @Nullable ServingStatus ofGroup(String text) {
    GroupName name;
    try {
      name = new GroupName(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
    RegistrySnapshot agents = registry.snapshot();
    boolean known =
        agents.group(name) != null
            || router.table().rules().stream().anyMatch(rule -> rule.groups().contains(name));
    return known ? status(isHealthy(agents, name)) : null;
  }

  private static boolean isHealthy(RegistrySnapshot agents, GroupName name) {
    AgentGroup group = agents.group(name);
    return group != null && !group.healthy().isEmpty();
  }

  /** A host serves if one of its rules leads to a healthy agent. */
  private @Nullable ServingStatus ofHost(String text) {
    RegistrySnapshot agents = registry.snapshot();
    AsciiString host = AsciiString.of(text.toLowerCase(Locale.ROOT));
    boolean known = false;
    for (Rule rule : router.table().rules()) {
      if (isFor(rule, host)) {
        if (leadsSomewhere(rule, agents)) {
          return status(true);
        }
        known = true;
      }
    }
    return known ? status(false) : null;
  }

  private static boolean isFor(Rule rule, AsciiString host) {
    return rule.hosts().isEmpty()
        || HostPattern.anyFits(rule.hosts(), host)
        || rule.hosts().stream().anyMatch(pattern -> host.contentEquals(pattern.toString()));
  }

  private static boolean leadsSomewhere(Rule rule, RegistrySnapshot agents) {
    GroupName fallback = rule.fallback();
    return rule.to().stream().anyMatch(part -> isHealthy(agents, part.group()))
        || (fallback != null && isHealthy(agents, fallback));
  }
}
