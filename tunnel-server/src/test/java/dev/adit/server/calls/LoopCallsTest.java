package dev.adit.server.calls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.GrpcCode;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.name.GroupName;
import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.accesslog.CallRecord;
import dev.adit.server.config.AccessLogConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is known of the calls of a loop that is moved by hand. */
final class LoopCallsTest {
  private final MockTicker ticker = Ticker.newMockTicker();
  private final EmbeddedChannel channel = EmbeddedChannel.builder().ticker(ticker).build();
  private final EventLoop loop = channel.eventLoop();
  private final RunningCalls running =
      new RunningCalls(
          new AccessLog(
              AccessLogConfig.of(AccessLogConfig.Format.OFF),
              OutputStream.nullOutputStream(),
              Clock.systemUTC()));
  private final LoopCalls calls = running.of(loop);
  private final List<Long> cancelled = new ArrayList<>();
  private final Set<CallFailure> causes = new HashSet<>();

  LoopCallsTest() throws IOException {}

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private final class Call extends RunningCall {
    Call(long number) {
      super(number, new CallRecord(ticker));
      record()
          .request(
              new CallHeaders(
                  CallProtocol.GRPC,
                  AsciiString.of("POST"),
                  AsciiString.of("http"),
                  AsciiString.of("shop.example"),
                  AsciiString.of("/shop.Cart/Add"),
                  new HeaderFields(),
                  CallHeaders.NO_TIMEOUT),
              AsciiString.of("request-" + number));
      calls.begin(this);
    }

    @Override
    protected void cut(CallReset reset) {
      cancelled.add(number());
      causes.add(reset.failure());
      fail("rule", reset.failure());
    }

    void end(String status) {
      record().status(AsciiString.of(status));
      record().end(ticker.nanoTime());
      calls.end(this);
    }

    void fail(String rule, CallFailure failure) {
      record().route(AsciiString.of(rule), AsciiString.EMPTY_STRING);
      record().group(new GroupName("g"));
      record().failure(failure, failure.grpcCode(), failure.httpStatus());
      record().message("it failed");
      record().end(ticker.nanoTime());
      calls.end(this);
    }
  }

  private List<Call> begin(int count) {
    return IntStream.range(0, count).mapToObj(Call::new).toList();
  }

  private <T> T run(CompletableFuture<T> answer) {
    channel.runPendingTasks();
    return answer.join();
  }

  private List<FailureRow> failures() {
    return run(running.failures(Runnable::run));
  }

  @Test
  void longListIsMadeInSlicesBetweenWhichOthersHaveTheirTurn() {
    begin(10_000);
    CompletableFuture<List<CallRow>> rows = running.rows(20_000, Runnable::run);
    List<Boolean> complete = new ArrayList<>();
    loop.execute(() -> complete.add(rows.isDone()));
    channel.runPendingTasks();
    assertEquals(List.of(false), complete);
    assertEquals(
        LongStream.range(0, 10_000).boxed().toList(),
        rows.join().stream().map(CallRow::number).toList());
  }

  /** Whatever ends between two slices, the list goes on where it was and has nothing twice. */
  @Test
  void callsThatEndMeanwhileDoNotConfuseTheList() {
    List<Call> all = begin(1200);
    CompletableFuture<List<CallRow>> rows = running.rows(20_000, Runnable::run);
    // The first slice has 500; this runs before the second.
    loop.execute(() -> all.subList(400, 700).forEach(call -> call.end("0")));
    loop.execute(() -> new Call(5000));
    List<Long> numbers = run(rows).stream().map(CallRow::number).toList();
    assertEquals(numbers.stream().distinct().toList(), numbers);
    assertTrue(numbers.containsAll(LongStream.range(700, 1200).boxed().toList()));
    assertTrue(numbers.contains(5000L));
    assertFalse(numbers.contains(650L));
  }

  @Test
  void listHasTheOldestAndNoMoreThanAskedFor() {
    begin(1200);
    assertEquals(
        LongStream.range(0, 700).boxed().toList(),
        run(running.rows(700, Runnable::run)).stream().map(CallRow::number).toList());
  }

  /** None of them has been placed. */
  @Test
  void allCallsEndWithTheServerThoughTheyLeaveTheListMeanwhile() {
    begin(3);
    run(running.cutAll(Runnable::run));
    assertEquals(List.of(0L, 1L, 2L), cancelled);
    assertEquals(Set.of(CallFailure.DRAINING), causes);
    assertEquals(List.of(), run(running.rows(9, Runnable::run)));
  }

  @Test
  void oneCallIsCancelledByItsNumber() {
    begin(3);
    assertTrue(run(running.cancel(1, Runnable::run)));
    assertEquals(List.of(1L), cancelled);
    assertFalse(run(running.cancel(9, Runnable::run)));
  }

  @Test
  void endedCallsAreCountedByWhoIsToBlame() {
    List<Call> all = begin(5);
    all.get(0).end(GrpcCode.OK.text().toString());
    all.get(1).end(GrpcCode.NOT_FOUND.text().toString());
    all.get(2).fail("r", CallFailure.TUNNEL_LOST);
    all.get(3).fail("r", CallFailure.CANCELLED);
    all.get(4).end("99 bottles");
    CallNumbers numbers = run(running.numbers(Runnable::run));
    assertEquals(5, numbers.ended());
    assertEquals(1, numbers.failed());
    assertEquals(2, numbers.refusedByBackend());
    assertEquals(4, numbers.durations().count());
    assertEquals(
        List.of("CANCELLED", "NOT_FOUND", "UNAVAILABLE", "UNKNOWN"),
        failures().stream().map(row -> row.key().status()).sorted().toList());
  }

  @Test
  void failuresAlikeAreOneRowWithTheLastOfThem() {
    List<Call> all = begin(3);
    all.get(0).fail("r", CallFailure.NO_AGENT);
    ticker.advance(2, TimeUnit.SECONDS);
    all.get(1).fail("r", CallFailure.NO_AGENT);
    all.get(2).fail("other", CallFailure.NO_AGENT);
    ticker.advance(1, TimeUnit.SECONDS);
    FailureRow row = failures().stream().filter(each -> each.count() == 2).findAny().orElseThrow();
    assertEquals(TimeUnit.SECONDS.toNanos(3), row.sinceNanos());
    assertEquals(TimeUnit.SECONDS.toNanos(1), row.lastNanos());
    assertEquals("request-1", row.last().requestId().toString());
    assertEquals("it failed", row.last().message());
    assertEquals("/shop.Cart/Add", row.last().path().toString());
  }

  @Test
  void failuresThatGoOnCountForTenMinutes() {
    List<Call> all = begin(60);
    for (Call each : all) {
      each.fail("r", CallFailure.NO_AGENT);
      ticker.advance(1, TimeUnit.MINUTES);
    }
    FailureRow row = failures().get(0);
    assertEquals(10, row.count());
    assertEquals(TimeUnit.MINUTES.toNanos(60), row.sinceNanos());
  }

  @Test
  void oldFailuresAreForgotten() {
    begin(1).get(0).fail("r", CallFailure.NO_AGENT);
    ticker.advance(10, TimeUnit.MINUTES);
    assertEquals(1, failures().size());
    ticker.advance(1, TimeUnit.NANOSECONDS);
    assertEquals(List.of(), failures());
  }

  /** However many rules, groups and agents fail: memory is bounded, and no reason is lost. */
  @Test
  void manyPlacesDoNotFillTheMemory() {
    List<Call> all = begin(5000);
    for (int i = 0; i < 4000; i++) {
      all.get(i).fail("rule-" + i, CallFailure.NO_AGENT);
    }
    all.get(4000).fail("late", CallFailure.TUNNEL_LOST);
    List<FailureRow> rows = failures();
    assertTrue(rows.size() <= FailureTable.MAX_ROWS + 2, rows.size() + " rows");
    assertEquals(4001, rows.stream().mapToLong(FailureRow::count).sum());
    assertTrue(rows.stream().anyMatch(row -> row.key().failure() == CallFailure.TUNNEL_LOST));
  }
}
