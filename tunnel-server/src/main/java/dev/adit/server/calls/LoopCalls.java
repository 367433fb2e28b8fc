package dev.adit.server.calls;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.accesslog.CallRecord;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one event loop, oldest first, and counts of those that have ended. Tells the access
 * log of each that runs for long. To begin and to end a call costs a few plain writes, and all of
 * them together one timer. Confined to that loop.
 */
public final class LoopCalls {
  /** Calls that are looked at before others get their turn. */
  private static final int SLICE = 500;

  private static final String CANCELLED = "an operator of the server has cancelled the call";
  private static final String SERVER_ENDS = "this server ends now, and the call was still running";

  // deps
  private final EventLoop loop;
  private final AccessLog log;
  private final long openAfterNanos;

  // state, confined to the loop
  private final Link ring = new Link();

  /** Calls before it have run for long, and the log knows of them. */
  private final Link told = new Link();

  private boolean scheduled;
  private final Durations durations = new Durations();
  private final FailureTable failures = new FailureTable();
  private long ended;
  private long failed;
  private long refusedByBackend;

  LoopCalls(EventLoop loop, AccessLog log) {
    this.loop = loop;
    this.log = log;
    openAfterNanos = log.openAfter().toNanos();
    told.moveBefore(ring);
  }

  /** A call has begun. */
  public void begin(RunningCall call) {
    assert loop.inEventLoop();
    call.moveBefore(ring);
    if (!scheduled && log.isOn()) {
      schedule(openAfterNanos);
    }
  }

  private void schedule(long nanos) {
    scheduled = true;
    loop.schedule(this::tell, nanos, TimeUnit.NANOSECONDS);
  }

  private void tell() {
    scheduled = false;
    long now = loop.ticker().nanoTime();
    Link link = told.after();
    while (link != ring) {
      if (link instanceof RunningCall call) {
        long left = openAfterNanos - (now - call.record().begunNanos());
        if (left > 0) {
          schedule(left);
          break;
        }
        log.logOpen(call.record());
      }
      link = link.after();
    }
    told.moveBefore(link);
  }

  /** A call has ended, and its record is complete. */
  public void end(RunningCall call) {
    assert loop.inEventLoop();
    call.unlink();
    CallRecord record = call.record();
    ended++;
    @Nullable FailureKey key = FailureKey.of(record);
    if (key == null || !key.isTakenBack()) {
      // When a call is taken back says nothing of how fast anybody is.
      durations.add(record.durationNanos());
    }
    if (key == null) {
      return;
    }
    failures.add(key, FailureRow.Example.of(record), loop.ticker().nanoTime());
    if (key.failure() == null) {
      refusedByBackend++;
    } else if (!key.isTakenBack()) {
      failed++;
    }
  }

  CallNumbers numbers() {
    return new CallNumbers(ended, failed, refusedByBackend, durations.copy());
  }

  List<FailureRow> failures() {
    return failures.rows(loop.ticker().nanoTime());
  }

  /** Ends a call; false if it does not run here. */
  boolean cancel(long number) {
    for (Link link = ring.after(); link != ring; link = link.after()) {
      if (link instanceof RunningCall call && call.number() == number) {
        call.cut(CallReset.failed(CallFailure.CANCELLED_BY_OPERATOR, CANCELLED));
        return true;
      }
    }
    return false;
  }

  /** Ends all of them, as the server does. */
  void cutAll() {
    // Listed before: a call that ends leaves the ring, and may take others with it.
    List<RunningCall> running = new ArrayList<>();
    for (Link link = ring.after(); link != ring; link = link.after()) {
      if (link instanceof RunningCall call) {
        running.add(call);
      }
    }
    for (RunningCall call : running) {
      boolean unseen = call.record().attempts() == 0;
      call.cut(
          CallReset.failed(unseen ? CallFailure.DRAINING : CallFailure.TUNNEL_LOST, SERVER_ENDS));
    }
  }

  /**
   * Lists calls, the oldest first. A long list is made in slices, between which the loop goes on
   * with its calls; a bookmark keeps the place, whatever ends meanwhile.
   *
   * @param most how many
   * @param rows where they go; not to be touched before {@code done}
   * @param done runs on the loop when all are there
   */
  void list(int most, List<CallRow> rows, Runnable done) {
    Link bookmark = new Link();
    bookmark.moveBefore(ring.after());
    listSlice(bookmark, most, rows, done);
  }

  private void listSlice(Link bookmark, int most, List<CallRow> rows, Runnable done) {
    long now = loop.ticker().nanoTime();
    int looked = 0;
    Link link = bookmark.after();
    while (link != ring && looked < SLICE && rows.size() < most) {
      if (link instanceof RunningCall call) {
        rows.add(CallRow.of(call, now));
      }
      looked++;
      link = link.after();
    }
    if (link == ring || rows.size() >= most) {
      bookmark.unlink();
      done.run();
      return;
    }
    bookmark.moveBefore(link);
    loop.execute(() -> listSlice(bookmark, most, rows, done));
  }
}
