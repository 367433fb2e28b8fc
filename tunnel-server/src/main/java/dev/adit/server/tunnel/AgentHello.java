package dev.adit.server.tunnel;

import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.proto.v1.Hello;
import dev.adit.server.config.agents.AgentIdPattern;
import dev.adit.server.config.agents.AgentIdentity;
import io.grpc.Status;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What an agent said of itself, checked against what its credential allows.
 *
 * @param groups what it serves: the credential's groups, narrowed by what it asked for
 * @param exactness how exactly the credential's lines name the agent, see {@link
 *     AgentIdPattern#exactness}
 * @param capacity calls in flight it takes; 0: it does not say
 * @param probe it only asks whether it would be taken
 */
record AgentHello(
    AgentId id,
    String instance,
    Set<GroupName> groups,
    int exactness,
    int capacity,
    String softwareVersion,
    int minor,
    boolean probe) {
  private static final int MAX_TEXT = 64;

  /**
   * Checks a hello.
   *
   * @param proven the lines of agents.yaml that the credential proves
   * @throws Refused if it is malformed or asks for what the credential does not give
   */
  static AgentHello of(Hello hello, List<AgentIdentity> proven) throws Refused {
    AgentId id = agentId(hello);
    String instance = hello.getProbe() ? "[A-Za-z0-9._-]{0,64}" : "[A-Za-z0-9._-]{1,64}";
    if (!hello.getInstanceId().matches(instance)) {
      throw new Refused(
          "malformed", "the instance id of agent " + id + " is not 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    Set<GroupName> allowed = allowed(id, proven);
    if (allowed.isEmpty()) {
      throw new Refused("forbidden", "the credential is not for agent " + id);
    }
    return new AgentHello(
        id,
        hello.getInstanceId(),
        groups(hello, id, allowed),
        exactness(id, proven),
        Math.max(0, hello.getCapacity()),
        ForeignText.printable(hello.getSoftwareVersion(), MAX_TEXT),
        hello.getProtocolMinor(),
        hello.getProbe());
  }

  /** The calls in flight that it is given, of a server that gives so many at most. */
  int maxCalls(int most) {
    return capacity == 0 ? most : Math.min(capacity, most);
  }

  /** The groups that an agent may serve by the lines that its credential proves. */
  static Set<GroupName> allowed(AgentId id, List<AgentIdentity> proven) {
    Set<GroupName> allowed = new LinkedHashSet<>();
    for (AgentIdentity identity : proven) {
      if (identity.id().matches(id)) {
        allowed.addAll(identity.groups());
      }
    }
    return allowed;
  }

  /** How exactly an agent is named by the lines that its credential proves; 0 if by none. */
  static int exactness(AgentId id, List<AgentIdentity> proven) {
    return proven.stream()
        .map(AgentIdentity::id)
        .filter(pattern -> pattern.matches(id))
        .mapToInt(AgentIdPattern::exactness)
        .max()
        .orElse(0);
  }

  private static AgentId agentId(Hello hello) throws Refused {
    try {
      return new AgentId(hello.getAgentId());
    } catch (IllegalArgumentException e) {
      throw new Refused("malformed", String.valueOf(e.getMessage()));
    }
  }

  private static Set<GroupName> groups(Hello hello, AgentId id, Set<GroupName> allowed)
      throws Refused {
    if (hello.getGroupsCount() == 0) {
      return allowed;
    }
    Set<GroupName> wanted = new LinkedHashSet<>();
    for (String text : hello.getGroupsList()) {
      GroupName group;
      try {
        group = new GroupName(text);
      } catch (IllegalArgumentException e) {
        throw new Refused("malformed", String.valueOf(e.getMessage()));
      }
      if (!allowed.contains(group)) {
        throw new Refused("forbidden", "agent " + id + " may not serve group " + group);
      }
      wanted.add(group);
    }
    return wanted;
  }

  /** Why a tunnel is not taken; the reason is a token of Refusal. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    Refused(String reason, String message) {
      super(message);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }

    String text() {
      return String.valueOf(getMessage());
    }

    /** How the stream ends behind the refusal. */
    Status status() {
      Status status =
          switch (reason) {
            case "forbidden" -> Status.PERMISSION_DENIED;
            case "draining", "superseded" -> Status.UNAVAILABLE;
            default -> Status.INVALID_ARGUMENT;
          };
      return status.withDescription(text());
    }
  }
}
