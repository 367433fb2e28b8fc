package dev.adit.server.dispatch.placement;

import dev.adit.core.call.CallHeaders;

/** The head of a call that is sent later than it came: its deadline stays where it was. */
public final class TimeLeft {
  private TimeLeft() {}

  /**
   * The head {@code nanos} later; the same if there is no deadline. One that has passed leaves no
   * time, and no agent gets the call ({@link Placement#place}).
   */
  public static CallHeaders after(CallHeaders headers, long nanos) {
    if (!headers.hasTimeout()) {
      return headers;
    }
    return new CallHeaders(
        headers.protocol(),
        headers.method(),
        headers.scheme(),
        headers.authority(),
        headers.path(),
        headers.fields(),
        Math.max(headers.timeoutNanos() - nanos, 0));
  }
}
