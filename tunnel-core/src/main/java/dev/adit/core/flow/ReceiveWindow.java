package dev.adit.core.flow;

import java.util.concurrent.TimeUnit;

/**
 * The bytes we have allowed the peer to send on one call, and what became of them. Confined to the
 * loop of the tunnel stream.
 *
 * <p>At any time {@code outstanding + held + unacknowledged == size}: credit the peer may still
 * use, bytes received that have not left, bytes that have left and are not yet granted again. A
 * grant is made for half a window at a time; the first one raises a window that proves useful to
 * the call window. A call that uses half a window up in less than a long round trip waits for
 * credit, so its window doubles, up to a share of the tunnel's budget. Grants shrink a window again
 * while that budget is tight.
 */
public final class ReceiveWindow {
  /** On a shorter round trip than this the call window is enough for what a loop can carry. */
  private static final long LONG_TRIP_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  // deps
  private final TunnelBudget budget;

  // state, confined to the loop
  private int size;
  private int outstanding;
  private int unacknowledged;
  private long grantedNanos;
  private boolean closed;

  /**
   * @param initial credit the peer starts with, bytes
   */
  public ReceiveWindow(TunnelBudget budget, int initial) {
    this.budget = budget;
    size = initial;
    outstanding = initial;
    budget.promise(initial);
  }

  /** Bytes received that have not left yet. */
  public int held() {
    return size - outstanding - unacknowledged;
  }

  /** The credit this call may have open and held at most now. */
  public int size() {
    return size;
  }

  /**
   * Bytes arrived.
   *
   * @return false if they exceed the credit, which ends the tunnel (docs/protocol.md 3)
   */
  public boolean received(int bytes) {
    if (bytes > outstanding) {
      return false;
    }
    outstanding -= bytes;
    return true;
  }

  /**
   * Bytes that arrived have left towards the other side, or were discarded.
   *
   * @return the credit to grant now; 0 for none
   */
  public int consumed(int bytes) {
    int left = held() - bytes;
    assert left >= 0 : bytes + " > " + held();
    unacknowledged += bytes;
    if (closed || 2L * unacknowledged < size) {
      return 0;
    }
    resize(left);
    int grant = size - outstanding - left;
    if (grant <= 0) {
      return 0;
    }
    unacknowledged = 0;
    outstanding += grant;
    return grant;
  }

  /** Grows a window that is in use, or shrinks it towards the floor while the budget is tight. */
  private void resize(int held) {
    int wanted = budget.callWindow();
    long now = budget.nanoTime();
    long trip = budget.roundTripNanos();
    if (size >= wanted && trip >= LONG_TRIP_NANOS && now - grantedNanos < trip) {
      wanted = Math.max(size, (int) Math.min(2L * size, budget.largestWindow()));
    }
    grantedNanos = now;
    if (size < wanted && !budget.isTight(wanted - size)) {
      budget.promise(wanted - size);
      size = wanted;
      return;
    }
    if (budget.isTight(0) && size > budget.floor()) {
      int smaller = Math.max(budget.floor(), Math.max(size - unacknowledged, outstanding + held));
      budget.release(size - smaller);
      unacknowledged -= size - smaller;
      size = smaller;
    }
  }

  /**
   * The call is over, or its peer will send no more: gives its promise back. Safe to call again.
   */
  public void close() {
    if (!closed) {
      closed = true;
      budget.release(size);
    }
  }
}
