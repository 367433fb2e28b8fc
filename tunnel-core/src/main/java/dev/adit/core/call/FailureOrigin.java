package dev.adit.core.call;

/** Where on a call's path a failure arose. */
public enum FailureOrigin {
  /** The one who called. */
  CALLER,
  /** The server, before the call was placed. */
  ENTRY,
  /** Between server and agent. */
  TUNNEL,
  /** The agent, before a backend had the call. */
  AGENT,
  /** The backend. */
  BACKEND
}
