package dev.adit.server.dispatch;

import dev.adit.core.call.ResponseSide;
import dev.adit.server.registry.AgentSession;

/**
 * The receiver of a call's response that also wants to know where the call is. Confined to the loop
 * of the caller's connection.
 */
public interface PlacementListener extends ResponseSide {
  /** The call goes to this agent now; comes again if it is placed again. */
  void onPlaced(AgentSession agent, int attempt);
}
