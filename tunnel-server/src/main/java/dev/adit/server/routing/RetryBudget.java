package dev.adit.server.routing;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many retries a rule may still make: each call adds a fifth of one, so that retries never add
 * more than 20 % to the load of backends that fail already. A rule begins with 10 and never holds
 * more than 100. Any thread, without locks.
 */
public final class RetryBudget {
  private static final int RETRY = 1000;
  private static final int PER_CALL = RETRY / 5;
  private static final int FIRST = 10 * RETRY;
  private static final int MOST = 100 * RETRY;

  // shared: thousandths of a retry
  private final AtomicInteger left = new AtomicInteger(FIRST);

  /** A call has begun. */
  public void onCall() {
    if (left.get() < MOST) {
      left.addAndGet(PER_CALL);
    }
  }

  /** Takes a retry; false if there is none left. */
  public boolean tryTake() {
    while (true) {
      int now = left.get();
      if (now < RETRY) {
        return false;
      }
      if (left.compareAndSet(now, now - RETRY)) {
        return true;
      }
    }
  }
}
