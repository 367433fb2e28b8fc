package dev.adit.server.admin.list;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import dev.adit.core.admin.AdminAction;
import dev.adit.core.admin.AdminPage;
import dev.adit.server.admin.live.ForeignText;
import dev.adit.server.calls.CallRow;
import dev.adit.server.calls.RunningCalls;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the admin port shows and does about running calls. Confined to the admin loop. */
public final class CallPages {
  private static final Logger log = LoggerFactory.getLogger(CallPages.class);

  /** Calls of each loop that are looked at. */
  static final int MAX_LOOKED = 20_000;

  /** Calls that are shown. */
  static final int MAX_SHOWN = 100;

  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int NOT_FOUND = 404;
  private static final int BAD_REQUEST = 400;

  /**
   * Running calls.
   *
   * @param running at the entry when they were listed
   * @param looked those that were looked at
   * @param matching those of them that fit the filter
   * @param calls the oldest of those
   */
  record Shown(long running, int looked, long matching, List<Call> calls) {}

  /** One of them. */
  record Call(
      String id,
      String requestId,
      String protocol,
      String host,
      String path,
      String caller,
      String from,
      String rule,
      String group,
      String agent,
      String upstream,
      String backend,
      int attempts,
      long requestBytes,
      long responseBytes,
      long ageMillis) {

    static Call of(CallRow row) {
      return new Call(
          idOf(row.number()),
          ForeignText.cut(row.requestId()),
          row.grpc() ? "grpc" : "http",
          ForeignText.cut(row.host()),
          ForeignText.cut(row.path()),
          row.caller() == null ? "" : ForeignText.cut(row.caller().toString()),
          row.from().toString(),
          row.rule().toString(),
          row.group() == null ? "" : row.group().value(),
          row.agent() == null ? "" : row.agent().value(),
          ForeignText.cut(row.upstream()),
          ForeignText.cut(row.backend()),
          row.attempts(),
          row.requestBytes(),
          row.responseBytes(),
          TimeUnit.NANOSECONDS.toMillis(row.ageNanos()));
    }
  }

  private record Cancel(@Nullable String id) {}

  // deps
  private final RunningCalls calls;
  private final LongSupplier running;
  private final Executor thread;

  // state, confined to the admin loop: the list is made once for all who ask within a second
  private CompletableFuture<List<CallRow>> listed = CompletableFuture.completedFuture(List.of());
  private long listedNanos;
  private boolean everListed;

  /**
   * Pages about {@code calls}.
   *
   * @param running how many there are, for the case that not all are looked at
   * @param thread where lists are filtered and written, lest it be a loop of calls
   */
  public CallPages(RunningCalls calls, LongSupplier running, Executor thread) {
    this.calls = calls;
    this.running = running;
    this.thread = thread;
  }

  /** The actions there are, by path. */
  public Map<String, AdminAction> actions() {
    return Map.of("/calls", this::show, "/calls/cancel", this::cancel);
  }

  private CompletionStage<AdminPage> show(String body) {
    CallFilter filter;
    try {
      filter = CallFilter.ofJson(body);
    } catch (IllegalArgumentException e) {
      return refused(String.valueOf(e.getMessage()));
    }
    return rows()
        .thenApplyAsync(
            rows -> {
              List<CallRow> matching = rows.stream().filter(filter::fits).toList();
              return AdminPage.json(
                  new Shown(
                      running(rows.size()),
                      rows.size(),
                      matching.size(),
                      matching.stream().limit(MAX_SHOWN).map(Call::of).toList()));
            },
            thread);
  }

  /** The list may be a moment old: calls that have begun since were not left out of it. */
  private long running(int looked) {
    return looked < MAX_LOOKED ? looked : Math.max(looked, running.getAsLong());
  }

  private CompletableFuture<List<CallRow>> rows() {
    long now = System.nanoTime();
    if (!everListed || now - listedNanos >= KEPT_NANOS) {
      everListed = true;
      listedNanos = now;
      listed = calls.rows(MAX_LOOKED, thread);
    }
    return listed;
  }

  private CompletionStage<AdminPage> cancel(String body) {
    long number;
    try {
      @Nullable Cancel given = new Gson().fromJson(body, Cancel.class);
      @Nullable String id = given == null ? null : given.id();
      number = Long.parseUnsignedLong(id == null ? "" : id, 16);
    } catch (JsonParseException | NumberFormatException e) {
      return refused("expected JSON: {\"id\": \"..\"}, with an id of POST /calls");
    }
    return calls.cancel(number, thread).thenApply(cancelled -> cancelled(number, cancelled));
  }

  private AdminPage cancelled(long number, boolean cancelled) {
    String id = idOf(number);
    if (!cancelled) {
      return AdminPage.text(NOT_FOUND, "call " + id + " does not run any more\n");
    }
    log.info("call {} is cancelled by an operator", id);
    return AdminPage.json(Map.of("cancelled", id));
  }

  private static String idOf(long number) {
    return String.format(Locale.ROOT, "%016x", number);
  }

  private static CompletionStage<AdminPage> refused(String why) {
    return CompletableFuture.completedFuture(AdminPage.text(BAD_REQUEST, why + "\n"));
  }
}
