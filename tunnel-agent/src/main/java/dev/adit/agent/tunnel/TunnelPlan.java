package dev.adit.agent.tunnel;

import dev.adit.agent.config.AgentTlsConfig;
import dev.adit.agent.config.ProxyConfig;
import dev.adit.agent.dispatch.CallDispatcher;
import dev.adit.agent.metrics.DialMetrics;
import dev.adit.agent.sync.HandedGroups;
import dev.adit.agent.tunnel.loss.EndCause;
import dev.adit.core.config.HostPort;
import dev.adit.core.config.SecretRef;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.process.EventLoops;
import dev.adit.core.wire.FrameLimits;
import dev.adit.proto.v1.Hello;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What every tunnel of this agent is dialled with.
 *
 * @param instance names this run of the agent
 * @param groups to ask for; none: all that the credential allows
 * @param token read anew at each dial; null where a certificate is the proof
 * @param tls null: clear text
 * @param tlsConfig the names in it
 * @param memory what all tunnels of this process share
 * @param metrics counts dials and tunnels
 */
public record TunnelPlan(
    AgentId agent,
    String instance,
    Set<GroupName> groups,
    List<HostPort> servers,
    @Nullable SecretRef token,
    @Nullable SslContext tls,
    AgentTlsConfig tlsConfig,
    @Nullable ProxyConfig proxy,
    int capacity,
    String softwareVersion,
    EventLoops loops,
    CallDispatcher dispatcher,
    HandedGroups handed,
    FrameLimits frames,
    MemoryBudget memory,
    DialMetrics metrics) {
  public TunnelPlan {
    groups = Set.copyOf(groups);
    servers = List.copyOf(servers);
  }

  /** Says why tunnels end. */
  EndCause endCause() {
    return new EndCause(tls != null, tlsConfig.ca());
  }

  /** What every tunnel begins with. */
  Hello hello() {
    Hello.Builder hello = newHello().setInstanceId(instance);
    groups.stream().map(GroupName::value).forEach(hello::addGroups);
    return hello.build();
  }

  /** Asks whether this agent would be taken, and for which groups, without serving any. */
  Hello probe() {
    return newHello().setProbe(true).build();
  }

  private Hello.Builder newHello() {
    return Hello.newBuilder()
        .setProtocolMinor(frames.protocolMinor())
        .setAgentId(agent.value())
        .setCapacity(capacity)
        .setSoftwareVersion(softwareVersion);
  }
}
