package dev.adit.server.dispatch.placement;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.ResponseSide;
import dev.adit.server.registry.AgentSession;

/**
 * The receiver of a call's response that also wants to know where the call is. Confined to the loop
 * of the caller's connection.
 */
public interface PlacementListener extends ResponseSide {
  /**
   * The call goes to this agent now; comes again if it is placed again.
   *
   * @param attempt which placement this is, from 1
   */
  void onPlaced(AgentSession agent, int attempt);

  /**
   * The head that a placement is about to send.
   *
   * @return what it sends instead; the fields of {@code head} are not changed
   */
  default CallHeaders headFor(CallHeaders head) {
    return head;
  }

  /**
   * The placement told of last has come to nothing, and another is looked for.
   *
   * @param reason a token, or what a backend answered
   */
  default void onUnplaced(String reason) {}

  /**
   * A backend may have seen the call, and its rule's policy tries it again; what was told of the
   * placements before does not count any more.
   *
   * @param retries how often now, from 1
   */
  void onRetry(int retries);
}
