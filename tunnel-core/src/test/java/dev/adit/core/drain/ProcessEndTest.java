package dev.adit.core.drain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What happens to a process that is told to end. */
final class ProcessEndTest {
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final CountDownLatch drained = new CountDownLatch(1);

  private ProcessEnd of(Runnable drain, Runnable close) {
    return new ProcessEnd(
        new ProcessEnd.Program() {
          @Override
          public void drain() {
            drain.run();
          }

          @Override
          public void close() {
            said.add("closed");
            close.run();
          }
        },
        () -> said.add("drains"));
  }

  @Test
  void itIsClosedWhenItHasDrained() {
    ProcessEnd end = of(() -> said.add("drained"), () -> {});
    end.ask();
    assertEquals(0, end.await());
    assertEquals(List.of("drains", "drained", "closed"), said);
  }

  @Test
  void secondTimeItDoesNotWait() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    ProcessEnd end =
        of(
            () -> {
              begun.countDown();
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              drained.countDown();
            },
            never::countDown);
    end.ask();
    begun.await();
    end.ask();
    assertEquals(0, end.await());
    drained.await();
    assertEquals(List.of("drains", "closed"), said);
  }

  /** Two signals at once: the drain had not begun when the loops that it needs were closed. */
  @Test
  void drainThatComesAfterTheEndIsNoFailure() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    CompletableFuture<Thread> drain = new CompletableFuture<>();
    ProcessEnd end =
        of(
            () -> {
              Thread.currentThread()
                  .setUncaughtExceptionHandler((thread, failure) -> said.add("failed"));
              drain.complete(Thread.currentThread());
              try {
                closed.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              throw new RejectedExecutionException("event executor terminated");
            },
            closed::countDown);
    end.ask();
    end.ask();
    assertEquals(0, end.await());
    drain.get().join();
    assertEquals(List.of("drains", "closed"), said);
  }

  /** As of a program whose file was overwritten: its thread ends with an error. */
  @Test
  void drainThatFailsDoesNotKeepIt() {
    ProcessEnd end =
        of(
            () -> {
              Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {});
              throw new NoClassDefFoundError("gone");
            },
            () -> {});
    end.ask();
    assertEquals(0, end.await());
    assertTrue(said.contains("closed"));
  }

  @Test
  void partsThatAreGoneAreAFailure() {
    ProcessEnd end =
        of(
            () -> {},
            () -> {
              throw new NoClassDefFoundError("gone");
            });
    end.ask();
    assertEquals(1, end.await());
  }
}
