package dev.adit.core.flow;

import java.util.concurrent.atomic.AtomicInteger;

/** A number of things that may be taken at a time. Any thread, without locks. */
public final class Slots {
  // shared: replaced as a whole
  private volatile int most;

  // shared
  private final AtomicInteger taken = new AtomicInteger();

  /**
   * All of them free.
   *
   * @param most how many there are
   */
  public Slots(int most) {
    this.most = most;
  }

  /** There are so many from now on; what is taken beyond stays taken until it is given back. */
  public void resize(int now) {
    most = now;
  }

  /** Takes one; false if all are taken. One that is free is never refused. */
  public boolean tryTake() {
    int now = taken.get();
    while (now < most) {
      if (taken.compareAndSet(now, now + 1)) {
        return true;
      }
      now = taken.get();
    }
    return false;
  }

  /** Gives one back that was taken. */
  public void giveBack() {
    int left = taken.decrementAndGet();
    assert left >= 0 : left;
  }

  public int taken() {
    return taken.get();
  }

  public int most() {
    return most;
  }

  public boolean isFull() {
    return taken.get() >= most;
  }
}
