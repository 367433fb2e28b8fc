package dev.adit.server.metrics;

import java.util.Locale;

/** Where a call's time goes, in the order in which it passes. */
enum CallStage {
  /** From the caller's head until the call is given to an agent: rules, credentials, waiting. */
  ENTRY,
  /** From the first agent it is given to until the last: agents that were lost, and retries. */
  PLACEMENT,
  /** To the agent, its choice of a backend with a connection to it, and the word of that back. */
  TUNNEL,
  /**
   * From then on until the backend's answer begins. The way is in it no more: both ends of this
   * time are an arrival through the same tunnel.
   */
  BACKEND,
  /** From the answer's begin to the end of the call, at the caller's and the backend's pace. */
  RESPONSE;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** As a label. */
  String text() {
    return text;
  }
}
