package dev.adit.server.calls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.accesslog.CallRecord;
import dev.adit.server.config.AccessLogConfig;
import dev.adit.server.config.AccessLogConfig.Format;
import dev.adit.testing.tunnel.HandLoop;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Calls that run for a minute get a line while they run, and one more at their end. */
final class OpenLinesTest {
  private final HandLoop hand = new HandLoop();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private AccessLog log(Format format, double samplePercent) throws IOException {
    return new AccessLog(
        new AccessLogConfig(
            format, null, AccessLogConfig.UNLIMITED, 5, samplePercent, Duration.ofMinutes(1)),
        out,
        Clock.systemUTC());
  }

  private List<String> events() {
    return out.toString(StandardCharsets.US_ASCII)
        .lines()
        .map(line -> line.replaceFirst(".* event=\"(\\w+)\".* path=\"([^\"]*)\".*", "$1 $2"))
        .toList();
  }

  /** Paths of the lines of one event, in order. */
  private List<String> paths(String event) {
    return events().stream()
        .filter(line -> line.startsWith(event + " "))
        .map(line -> line.substring(event.length() + 1))
        .toList();
  }

  /** A gRPC call that will go well. */
  private final class Call extends RunningCall {
    private final AccessLog log;
    private final LoopCalls calls;
    private final long begunNanos = hand.ticker().nanoTime();

    Call(AccessLog log, LoopCalls calls, long number, String path) {
      super(number, new CallRecord(hand.ticker()));
      this.log = log;
      this.calls = calls;
      CallHeaders headers =
          new CallHeaders(
              CallProtocol.GRPC,
              AsciiString.of("POST"),
              AsciiString.of("http"),
              AsciiString.of("shop.example"),
              AsciiString.of(path),
              new HeaderFields(),
              CallHeaders.NO_TIMEOUT);
      record().request(headers, AsciiString.of("id-" + number));
      hand.run(() -> calls.begin(this));
    }

    String path() {
      return String.valueOf(number());
    }

    boolean isLong() {
      return hand.ticker().nanoTime() - begunNanos >= Duration.ofMinutes(1).toNanos();
    }

    void end() {
      hand.run(
          () -> {
            record().status(AsciiString.of("0"));
            record().end(hand.ticker().nanoTime());
            calls.end(this);
            log.log(record());
          });
    }

    @Override
    protected void cut(CallReset reset) {
      throw new AssertionError("nobody cancels it");
    }
  }

  @Test
  void callThatRunsForLongGetsALineWhileItRunsAndOneAtItsEnd() throws IOException {
    AccessLog log = log(Format.TEXT, 100);
    LoopCalls calls = new RunningCalls(log).of(hand.loop());
    Call stream = new Call(log, calls, 1, "/s/Stream");
    hand.advance(Duration.ofSeconds(59));
    Call second = new Call(log, calls, 2, "/s/Second");
    new Call(log, calls, 3, "/s/Short").end();
    hand.advance(Duration.ofSeconds(1));
    second.end();
    hand.advance(Duration.ofMinutes(10));
    stream.end();
    log.close();
    assertEquals(
        List.of("end /s/Short", "open /s/Stream", "end /s/Second", "end /s/Stream"), events());
  }

  @Test
  void streamThatHasAnOpenLineHasAnEndLineTooWhateverTheSample() throws IOException {
    AccessLog log = log(Format.TEXT, 50);
    LoopCalls calls = new RunningCalls(log).of(hand.loop());
    int streams = 200;
    List<Call> all =
        IntStream.range(0, streams).mapToObj(i -> new Call(log, calls, i, "/" + i)).toList();
    hand.advance(Duration.ofMinutes(1));
    all.forEach(Call::end);
    log.close();
    List<String> opened = paths("open");
    assertEquals(opened, paths("end"));
    assertTrue(!opened.isEmpty() && opened.size() < streams, opened.size() + " opened");
  }

  @Test
  void timerEndsWhenNoCallIsLeftToTellOf() throws IOException {
    AccessLog log = log(Format.TEXT, 100);
    LoopCalls calls = new RunningCalls(log).of(hand.loop());
    assertFalse(hand.hasTimers());
    Call first = new Call(log, calls, 1, "/first");
    assertTrue(hand.hasTimers());
    hand.advance(Duration.ofMinutes(1));
    assertFalse(hand.hasTimers(), "the only call has been told of");
    new Call(log, calls, 2, "/second").end();
    hand.advance(Duration.ofSeconds(30));
    new Call(log, calls, 3, "/third").end();
    hand.advance(Duration.ofSeconds(30));
    assertFalse(hand.hasTimers(), "both have ended, and had one timer together");
    new Call(log, calls, 4, "/fourth");
    hand.advance(Duration.ofMinutes(1));
    first.end();
    log.close();
    assertEquals(
        List.of("open /first", "end /second", "end /third", "open /fourth", "end /first"),
        events());
  }

  @Test
  void logThatIsOffHasNoTimerAndNoLine() throws IOException {
    AccessLog log = log(Format.OFF, 100);
    LoopCalls calls = new RunningCalls(log).of(hand.loop());
    Call call = new Call(log, calls, 1, "/s/m");
    assertFalse(hand.hasTimers());
    hand.advance(Duration.ofMinutes(2));
    call.end();
    log.close();
    assertEquals(0, out.size());
    assertEquals(0, log.dropped());
  }

  /** The list's bookmark and the log's are in one ring, and do not disturb each other. */
  @Test
  void callsAreToldOfBetweenTheSlicesOfAList() throws IOException {
    AccessLog log = log(Format.TEXT, 100);
    RunningCalls running = new RunningCalls(log);
    LoopCalls calls = running.of(hand.loop());
    List<Call> all =
        new ArrayList<>(
            IntStream.range(0, 600).mapToObj(i -> new Call(log, calls, i, "/" + i)).toList());
    hand.advance(Duration.ofSeconds(1));
    IntStream.range(600, 1200).forEach(i -> all.add(new Call(log, calls, i, "/" + i)));
    CompletableFuture<List<CallRow>> rows = running.rows(20_000, Runnable::run);
    List<String> done = new ArrayList<>();
    // The first slice is before it, the others after it, and the timer is due with the first 600.
    hand.loop().execute(() -> done.add("list done: " + rows.isDone()));
    hand.advance(Duration.ofSeconds(59));
    assertEquals(List.of("list done: false"), done);
    assertEquals(
        LongStream.range(0, 1200).boxed().toList(),
        rows.join().stream().map(CallRow::number).toList());
    CompletableFuture<List<CallRow>> again = running.rows(20_000, Runnable::run);
    hand.advance(Duration.ofSeconds(1));
    assertEquals(1200, again.join().size());
    log.close();
    assertEquals(all.stream().map(call -> "open /" + call.path()).toList(), events());
  }

  /** Whatever begins and ends when: each that has run for a minute is told of once, then. */
  @Test
  void anyCallsAreToldOfOnceEach() throws IOException {
    AccessLog log = log(Format.TEXT, 100);
    LoopCalls calls = new RunningCalls(log).of(hand.loop());
    Random random = new Random(5);
    List<Call> running = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    List<Call> untold = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      switch (random.nextInt(3)) {
        case 0 -> {
          Call call = new Call(log, calls, i, "/" + i);
          running.add(call);
          untold.add(call);
        }
        case 1 -> {
          if (!running.isEmpty()) {
            Call call = running.remove(random.nextInt(running.size()));
            untold.remove(call);
            call.end();
            expected.add("end /" + call.path());
          }
        }
        default -> {
          hand.advance(Duration.ofSeconds(random.nextInt(30)));
          while (!untold.isEmpty() && untold.get(0).isLong()) {
            expected.add("open /" + untold.remove(0).path());
          }
        }
      }
    }
    log.close();
    assertEquals(expected, events());
    assertTrue(expected.stream().filter(line -> line.startsWith("open")).count() > 100);
  }
}
