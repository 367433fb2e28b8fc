package dev.adit.server.registry;

import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelStream;

/**
 * What a session was handed for one of its groups (ConfigSync), and what became of it.
 *
 * @param revision equal if the documents are
 * @param carrier the tunnel it was sent on
 * @param message the agent's words, printable: why it refuses, or what it has to add
 */
public record HandedConfig(
    GroupName group, String revision, TunnelStream carrier, State state, String message) {
  /** What became of it. */
  public enum State {
    /** The agent has not answered yet. */
    SENT,
    /** Its tunnel ended before the answer: whether it arrived is not known. */
    LOST,
    /** The agent serves it. */
    ACCEPTED,
    /** The agent goes on with what it had. */
    REFUSED
  }

  /** One that is on its way. */
  public static HandedConfig sent(GroupName group, String revision, TunnelStream carrier) {
    return new HandedConfig(group, revision, carrier, State.SENT, "");
  }

  /** The same, answered. */
  public HandedConfig answered(boolean accepted, String text) {
    return new HandedConfig(
        group, revision, carrier, accepted ? State.ACCEPTED : State.REFUSED, text);
  }

  /** The same, without an answer to come. */
  public HandedConfig lost() {
    return new HandedConfig(group, revision, carrier, State.LOST, "");
  }

  /** Whether this revision need not be sent again. */
  public boolean isKnown(String wanted) {
    return state != State.LOST && revision.equals(wanted);
  }

  /** Whether the agent still owes its answer. */
  public boolean isUnanswered() {
    return state == State.SENT;
  }
}
