package dev.adit.server.tunnel;

import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.proto.v1.ConfigResult;
import dev.adit.proto.v1.ConfigSync;
import dev.adit.proto.v1.Frame;
import dev.adit.server.policy.GroupConfig;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.HandedConfig;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands groups' upstreams and routes to their agents (ConfigSync): once a session, on any one of
 * its tunnels, and again when the rule files change. An agent has one document of a group to answer
 * at a time, since documents on two tunnels could arrive in any order; the newest one follows its
 * answer. Any thread, but what concerns a tunnel is told on that tunnel's loop.
 */
public final class ConfigHandout {
  private static final Logger log = LoggerFactory.getLogger(ConfigHandout.class);
  private static final int MAX_MESSAGE_CHARS = 4096;

  // deps
  private final AgentRegistry registry;
  private final Supplier<Map<GroupName, GroupConfig>> configs;

  /**
   * A handout of what is configured now, whenever it looks.
   *
   * @param configs by group
   */
  public ConfigHandout(AgentRegistry registry, Supplier<Map<GroupName, GroupConfig>> configs) {
    this.registry = registry;
    this.configs = configs;
  }

  /** What is configured may have changed. Any thread. */
  public void onChanged() {
    registry.snapshot().sessions().forEach(this::offerAnywhere);
  }

  /** On the newest tunnel, whose welcome the session's groups are from. */
  private void offerAnywhere(AgentSession session) {
    TunnelStream[] tunnels = session.tunnels();
    if (tunnels.length > 0) {
      TunnelStream tunnel = tunnels[tunnels.length - 1];
      // On its loop, where a tunnel cannot end between the look and the send.
      tunnel.loop().execute(() -> offer(session, tunnel));
    }
  }

  /** A tunnel of the session is up. */
  void onJoined(AgentSession session, TunnelStream tunnel) {
    offer(session, tunnel);
  }

  /**
   * Sends what the session lacks, but for groups that this tunnel was not welcomed to: an agent
   * takes no document for those, and the next tunnel will have them. One that has ended or drains
   * meanwhile leaves it to another.
   */
  private void offer(AgentSession session, TunnelStream tunnel) {
    assert tunnel.loop().inEventLoop();
    if (!session.has(tunnel)) {
      offerAnywhere(session);
      return;
    }
    Map<GroupName, GroupConfig> now = configs.get();
    for (GroupName group : session.groups()) {
      if (session.isWelcomed(tunnel, group)) {
        offer(session, tunnel, group, now.get(group));
      }
    }
  }

  private synchronized void offer(
      AgentSession session, TunnelStream tunnel, GroupName group, @Nullable GroupConfig config) {
    HandedConfig last = session.handed().get(group);
    String revision = config == null ? GroupConfig.NO_REVISION : config.revision();
    boolean known =
        last == null
            ? revision.equals(GroupConfig.NO_REVISION)
            : last.isUnanswered() || last.isKnown(revision);
    if (known) {
      return;
    }
    session.handed().put(group, HandedConfig.sent(group, revision, tunnel));
    ConfigSync sync =
        ConfigSync.newBuilder()
            .setGroup(group.value())
            .setRevision(revision)
            .setDocument(config == null ? "" : config.document())
            .build();
    tunnel.send(Frame.newBuilder().setConfigSync(sync).build());
  }

  /** An agent's answer, whichever of its tunnels it came on; one to nothing we sent is ignored. */
  void onResult(AgentSession session, ConfigResult result) {
    if (isNews(session, result)) {
      offerAnywhere(session);
    }
  }

  /** Notes an answer; true if the agent owed it. */
  private synchronized boolean isNews(AgentSession session, ConfigResult result) {
    for (HandedConfig sent : session.handed().values()) {
      if (sent.group().value().equals(result.getGroup())
          && sent.revision().equals(result.getRevision())) {
        note(session, sent, result);
        return sent.isUnanswered();
      }
    }
    return false;
  }

  private static void note(AgentSession session, HandedConfig sent, ConfigResult result) {
    String text = ForeignText.printable(result.getMessage(), MAX_MESSAGE_CHARS);
    HandedConfig answered = sent.answered(result.getAccepted(), text);
    if (result.getAccepted() && sent.revision().equals(GroupConfig.NO_REVISION)) {
      session.handed().remove(sent.group());
    } else {
      session.handed().put(sent.group(), answered);
    }
    if (!sent.isUnanswered()) {
      // An agent may change its mind as often as it likes; status has the last word of it.
      return;
    }
    if (result.getAccepted()) {
      log.info("{} serves configuration {} of group {}", session, shown(sent), sent.group());
    } else {
      log.warn(
          "{} refuses configuration {} of group {}: {}", session, shown(sent), sent.group(), text);
    }
  }

  private static String shown(HandedConfig config) {
    return config.revision().length() > 12 ? config.revision().substring(0, 12) : config.revision();
  }

  /** A tunnel has ended: what it carried and nobody answered goes out again on another. */
  void onClosed(AgentSession session, TunnelStream tunnel) {
    if (loseUnanswered(session, tunnel)) {
      offerAnywhere(session);
    }
  }

  private synchronized boolean loseUnanswered(AgentSession session, TunnelStream tunnel) {
    boolean any = false;
    for (HandedConfig each : session.handed().values()) {
      if (each.carrier() == tunnel && each.isUnanswered()) {
        session.handed().put(each.group(), each.lost());
        any = true;
      }
    }
    return any;
  }
}
