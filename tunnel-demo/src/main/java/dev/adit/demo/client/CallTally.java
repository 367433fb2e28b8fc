package dev.adit.demo.client;

import io.grpc.Status;
import java.util.Map;
import java.util.TreeMap;

/** How many calls came back right, wrong, and with which status. Any thread. */
public final class CallTally {
  // shared, guarded by this
  private final Map<Status.Code, Integer> failures = new TreeMap<>();
  private int right;
  private int wrong;

  synchronized void answered(boolean isRight) {
    if (isRight) {
      right++;
    } else {
      wrong++;
    }
  }

  synchronized void failed(Throwable cause) {
    failures.merge(Status.fromThrowable(cause).getCode(), 1, Integer::sum);
  }

  /** Calls that were answered with what was expected. */
  public synchronized int right() {
    return right;
  }

  /** Calls that were answered with something else. */
  public synchronized int wrong() {
    return wrong;
  }

  /** Calls that failed, by status. */
  public synchronized Map<Status.Code, Integer> failures() {
    return new TreeMap<>(failures);
  }
}
