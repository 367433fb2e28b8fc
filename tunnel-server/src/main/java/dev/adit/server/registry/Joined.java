package dev.adit.server.registry;

import dev.adit.core.tunnel.TunnelStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a tunnel that came has led to, decided at once: of two runs that come at the same moment,
 * one has the place of the other.
 *
 * @param session the tunnel's; the one of its rival if it has joined nothing
 * @param ousted the run whose place it has taken; null: nobody's
 */
public record Joined(AgentSession session, Outcome outcome, @Nullable Ousted ousted) {
  /** Whether a tunnel has joined. */
  public enum Outcome {
    MEMBER,
    /** No: its run has just lost its place, and does not know it yet. */
    LATE,
    /** No: the agent is there by a line of agents.yaml that names it more exactly. */
    OUTRANKED
  }

  /**
   * A run that takes no more calls.
   *
   * @param tunnels those that it had
   */
  public record Ousted(AgentSession session, List<TunnelStream> tunnels) {
    public Ousted {
      tunnels = List.copyOf(tunnels);
    }
  }
}
