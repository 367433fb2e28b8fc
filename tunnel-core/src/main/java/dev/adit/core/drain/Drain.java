package dev.adit.core.drain;

/**
 * Whether this process is going away. Read by any thread on its way to a new call; moves forward
 * only.
 */
public final class Drain {
  // shared: moves forward only, under the monitor; read without it
  private volatile DrainState state = DrainState.RUNNING;

  public DrainState state() {
    return state;
  }

  public boolean inProgress() {
    return state != DrainState.RUNNING;
  }

  /** Nothing runs any more, or time is up. */
  public boolean isComplete() {
    return state == DrainState.DRAINED;
  }

  /** Begins. False if it had begun before. */
  public synchronized boolean begin() {
    if (inProgress()) {
      return false;
    }
    state = DrainState.DRAINING;
    return true;
  }

  /** Nothing runs any more, or time is up. False if it was so before. */
  public synchronized boolean complete() {
    if (isComplete()) {
      return false;
    }
    state = DrainState.DRAINED;
    return true;
  }
}
