package dev.adit.demo.process;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Every child this process started, so that all of them end with it. Closing asks all of them to
 * end, waits, and kills those that did not; after it nothing can be started. Any thread; may be
 * closed from a shutdown hook while another thread still starts.
 */
public final class Children implements AutoCloseable {
  // deps
  private final Duration grace;

  // shared, guarded by this
  private final List<ChildProcess> started = new ArrayList<>();
  private boolean closed;

  /**
   * No children yet.
   *
   * @param grace how long a child may take to end once it was asked to
   */
  public Children(Duration grace) {
    this.grace = grace;
  }

  /** Starts a program; it ends no later than this object is closed. */
  public synchronized ChildProcess start(ChildCommand command) throws IOException {
    if (closed) {
      throw new IOException("no child can be started any more: " + command.name());
    }
    ChildProcess child = ChildProcess.start(command);
    started.add(child);
    return child;
  }

  /** The children in the order they were started, ended ones included. */
  public synchronized List<ChildProcess> started() {
    return List.copyOf(started);
  }

  /** Throws for the first child that has ended. */
  public void checkAlive() throws ChildException {
    for (ChildProcess child : started()) {
      child.checkAlive();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    started.forEach(ChildProcess::terminate);
    long deadline = System.nanoTime() + grace.toNanos();
    for (ChildProcess child : started) {
      try {
        child.stop(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
      } catch (InterruptedException e) {
        started.forEach(ChildProcess::kill);
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
