package dev.adit.server.calls;

import dev.adit.server.accesslog.AccessLog;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The calls of all event loops. Each loop is asked by a task of its own, so that nothing is shared
 * on the path of a call. Any thread; what the loops say is put together by an executor of whoever
 * asks. An answer takes up to {@value #ANSWER_SECONDS} s, then it fails.
 */
public final class RunningCalls {
  /** A loop that is busy for longer than this has other troubles. */
  private static final long ANSWER_SECONDS = 5;

  // deps
  private final AccessLog log;

  // shared: grows by one entry a loop
  private final Map<EventLoop, LoopCalls> loops = new ConcurrentHashMap<>();

  /**
   * No calls yet.
   *
   * @param log is told of each that runs for long
   */
  public RunningCalls(AccessLog log) {
    this.log = log;
  }

  /** Where the calls of a connection on this loop are kept. */
  public LoopCalls of(EventLoop loop) {
    return loops.computeIfAbsent(loop, home -> new LoopCalls(home, log));
  }

  /** Counts since the start. */
  public CompletableFuture<CallNumbers> numbers(Executor merger) {
    return this.<CallNumbers>ask((calls, answer) -> answer.complete(calls.numbers()), merger)
        .thenApply(RunningCalls::sum);
  }

  /** Asked for each second: no stream, which costs a process at rest far more than the sum. */
  private static CallNumbers sum(List<CallNumbers> all) {
    CallNumbers sum = CallNumbers.NONE;
    for (CallNumbers each : all) {
      sum = sum.plus(each);
    }
    return sum;
  }

  /** Recent failures; those of one kind that were on several loops have a row for each. */
  public CompletableFuture<List<FailureRow>> failures(Executor merger) {
    return this.<List<FailureRow>>ask((calls, answer) -> answer.complete(calls.failures()), merger)
        .thenApply(all -> all.stream().flatMap(List::stream).toList());
  }

  /**
   * What runs, the oldest first.
   *
   * @param most how many of each loop
   */
  public CompletableFuture<List<CallRow>> rows(int most, Executor merger) {
    return this.<List<CallRow>>ask(
            (calls, answer) -> {
              List<CallRow> rows = new ArrayList<>();
              calls.list(most, rows, () -> answer.complete(rows));
            },
            merger)
        .thenApply(
            all ->
                all.stream()
                    .flatMap(List::stream)
                    .sorted(Comparator.comparingLong(CallRow::ageNanos).reversed())
                    .toList());
  }

  /** Ends a call, and says whether it ran. */
  public CompletableFuture<Boolean> cancel(long number, Executor merger) {
    return this.<Boolean>ask((calls, answer) -> answer.complete(calls.cancel(number)), merger)
        .thenApply(all -> all.contains(true));
  }

  /** Ends every call, as the server does; those who make them are told. */
  public CompletableFuture<Void> cutAll(Executor merger) {
    return this.<Boolean>ask(
            (calls, answer) -> {
              calls.cutAll();
              answer.complete(true);
            },
            merger)
        .thenAccept(all -> {});
  }

  private <T> CompletableFuture<List<T>> ask(
      BiConsumer<LoopCalls, CompletableFuture<T>> question, Executor merger) {
    List<CompletableFuture<T>> answers = new ArrayList<>();
    loops.forEach(
        (loop, calls) -> {
          CompletableFuture<T> answer = new CompletableFuture<>();
          try {
            loop.execute(() -> answer(question, calls, answer));
            answers.add(answer);
          } catch (RejectedExecutionException e) {
            // The loop has ended, and its calls with it.
          }
        });
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApplyAsync(done -> joined(answers), merger)
        .orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  private static <T> List<T> joined(List<CompletableFuture<T>> answers) {
    List<T> all = new ArrayList<>(answers.size());
    for (CompletableFuture<T> answer : answers) {
      all.add(answer.join());
    }
    return all;
  }

  private static <T> void answer(
      BiConsumer<LoopCalls, CompletableFuture<T>> question,
      LoopCalls calls,
      CompletableFuture<T> answer) {
    try {
      question.accept(calls, answer);
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }
}
