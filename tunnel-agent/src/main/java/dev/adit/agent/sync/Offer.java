package dev.adit.agent.sync;

import dev.adit.core.name.GroupName;
import org.jspecify.annotations.Nullable;

/**
 * The newest document of one group from one server, and what was answered. Confined to the thread
 * of {@link HandedGroups}.
 */
final class Offer {
  // deps
  private final ConfigPeer peer;
  private final GroupName group;
  private final String revision;
  private final HandedConfig config;

  // state, confined to the thread
  private HandedConfig.@Nullable Refused problem;
  private @Nullable Boolean accepted;
  private String message = "";

  Offer(
      ConfigPeer peer,
      GroupName group,
      String revision,
      HandedConfig config,
      HandedConfig.@Nullable Refused problem) {
    this.peer = peer;
    this.group = group;
    this.revision = revision;
    this.config = config;
    this.problem = problem;
  }

  ConfigPeer peer() {
    return peer;
  }

  GroupName group() {
    return group;
  }

  String revision() {
    return revision;
  }

  HandedConfig config() {
    return config;
  }

  /** Why it can never be served; null if it can. */
  HandedConfig.@Nullable Refused problem() {
    return problem;
  }

  /** Whether it is well but for the allow-list. */
  boolean isNotAllowed() {
    return problem != null && problem.isNotAllowed();
  }

  /** Whether the server says that the group has no configuration any more. */
  boolean isWithdrawal() {
    return problem == null && config.upstreams().isEmpty();
  }

  void reject(HandedConfig.Refused why) {
    problem = why;
  }

  /** Notes an answer; false if it is the one that was given before. */
  boolean isNewAnswer(boolean nowAccepted, String text) {
    boolean same = accepted != null && accepted == nowAccepted && message.equals(text);
    accepted = nowAccepted;
    message = text;
    return !same;
  }

  HandedStatus status() {
    return new HandedStatus(
        group.value(), revision, peer.address(), Boolean.TRUE.equals(accepted), message);
  }
}
