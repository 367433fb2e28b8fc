package dev.adit.core.drain;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How a process ends when it is told to: the first time it drains, the second time it does not wait
 * for that. It ends whatever fails on the way. Any thread.
 */
public final class ProcessEnd {
  /** What the process runs. */
  public interface Program extends AutoCloseable {
    /** Lets what runs finish, and begins nothing. Blocks until then, or until it is closed. */
    void drain();

    /** Ends now. */
    @Override
    void close();
  }

  // deps
  private final Program program;
  private final Runnable onDrain;

  // shared
  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch over = new CountDownLatch(1);

  /**
   * The end of a process that has begun.
   *
   * @param onDrain run before it drains
   */
  public ProcessEnd(Program program, Runnable onDrain) {
    this.program = program;
    this.onDrain = onDrain;
  }

  /** Tells it to end, as a signal does. Does not block. */
  public void ask() {
    if (asked.getAndIncrement() == 0) {
      onDrain.run();
      new Thread(this::drain, "drain").start();
    } else {
      over.countDown();
    }
  }

  private void drain() {
    try {
      program.drain();
    } catch (RejectedExecutionException e) {
      // Asked a second time it has been closed meanwhile, and its loops take nothing any more.
      if (asked.get() == 1) {
        throw e;
      }
    } finally {
      // Whatever has failed, as where the program's file was overwritten: it must end.
      over.countDown();
    }
  }

  /**
   * Blocks until it is over, or the thread is interrupted, and closes the program.
   *
   * @return the exit code
   */
  public int await() {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      program.close();
      return 0;
    } catch (LinkageError e) {
      // Parts of the program that nobody has needed before: they are not in its file any more.
      System.err.println("error: the program was replaced while it ran: " + e);
      return 1;
    }
  }
}
