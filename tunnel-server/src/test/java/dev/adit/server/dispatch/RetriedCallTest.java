package dev.adit.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.GrpcCode;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.server.policy.RetryPolicy;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The retry policy of gRFC A6, carried out for the caller. */
final class RetriedCallTest {
  private static final RetryPolicy POLICY = policy(3, null);
  private static final Duration LONGEST_FIRST_WAIT = Duration.ofMillis(121);
  private static final AsciiString NONE = AsciiString.EMPTY_STRING;

  private final DispatchBench bench = new DispatchBench();
  private final DispatchBench.Caller caller = bench.caller();

  private static RetryPolicy policy(int attempts, @Nullable Duration perAttempt) {
    return new RetryPolicy(
        attempts,
        Duration.ofMillis(100),
        Duration.ofMillis(150),
        2,
        Set.of(GrpcCode.UNAVAILABLE),
        perAttempt);
  }

  @AfterEach
  void nothingIsLeft() {
    bench.close();
  }

  private RequestSide dispatch() {
    return bench.dispatch(TunnelPair.headers(), POLICY);
  }

  private static CallHeaders withTimeout(CallProtocol protocol, Duration timeout) {
    CallHeaders usual = TunnelPair.headers();
    return new CallHeaders(
        protocol,
        usual.method(),
        usual.scheme(),
        usual.authority(),
        usual.path(),
        usual.fields(),
        timeout.toNanos());
  }

  /** The agent's backend has the call, and answers with a status alone. */
  private void answer(String status, String... more) {
    HeaderFields fields = new HeaderFields().add(HeaderNames.GRPC_STATUS, AsciiString.of(status));
    for (int i = 0; i < more.length; i += 2) {
      fields.add(AsciiString.of(more[i]), AsciiString.of(more[i + 1]));
    }
    Arrived call = bench.call();
    call.response().onAccepted(NONE, NONE);
    call.response().onHead(new ResponseHead(200, fields), true);
    bench.settle();
  }

  private void waitFor(Duration time) {
    bench.hand().advance(time);
    bench.settle();
  }

  private void joinTwo() {
    List.of("a", "b").forEach(bench::join);
  }

  @Test
  void failedCallIsTriedAgainOnAnotherAgentWithItsRequestWhole() {
    joinTwo();
    RequestSide request = dispatch();
    request.onRequestChunk(bench.agents().get(0).chunk(new byte[] {'o', 'n', 'e'}), true);
    bench.settle();
    TunnelPair first = bench.holder();
    answer("14");
    assertEquals(1, caller.placed().size());
    assertEquals(List.of("UNAVAILABLE"), caller.unplaced());
    waitFor(LONGEST_FIRST_WAIT);
    assertNotEquals(first, bench.holder());
    Arrived again = bench.call();
    assertEquals("one", again.request().bodyText());
    assertTrue(again.request().isEnded());
    assertEquals(2, again.head().attempt());
    assertEquals(
        AsciiString.of("1"),
        again.head().headers().fields().get(HeaderNames.GRPC_PREVIOUS_RPC_ATTEMPTS));
    assertEquals(3, caller.requestConsumed());
    answer("0");
    assertEquals("0", status());
    assertEquals(1, caller.retries());
    assertEquals(0, bench.dispatcher().keptBytes());
  }

  private String status() {
    ResponseHead head = caller.head();
    assertNotNull(head);
    return String.valueOf(head.fields().get(HeaderNames.GRPC_STATUS));
  }

  @Test
  void nothingIsSentBeforeTheBackoffAndItIsNeverLongerThanItMayBe() {
    joinTwo();
    dispatch();
    bench.settle();
    answer("14");
    waitFor(Duration.ofMillis(79));
    assertEquals(1, caller.placed().size());
    waitFor(Duration.ofMillis(42));
    assertEquals(2, caller.placed().size());
    answer("14");
    // Twice 100 ms, but 150 at most; both 20 % more or less.
    waitFor(Duration.ofMillis(119));
    assertEquals(2, caller.placed().size());
    waitFor(Duration.ofMillis(62));
    assertEquals(3, caller.placed().size());
    answer("14");
    assertEquals("14", status());
  }

  @Test
  void statusOutsideThePolicyIsTheAnswer() {
    joinTwo();
    dispatch();
    bench.settle();
    answer("5");
    assertEquals("5", status());
    assertEquals(0, caller.retries());
  }

  @Test
  void lastAttemptsStatusIsTheAnswer() {
    joinTwo();
    dispatch();
    bench.settle();
    for (int i = 0; i < 2; i++) {
      answer("14", "x-try", Integer.toString(i));
      waitFor(Duration.ofMillis(181));
    }
    answer("14", "x-try", "last");
    assertEquals("14", status());
    assertNotNull(caller.head());
    assertEquals(AsciiString.of("last"), caller.head().fields().get(AsciiString.of("x-try")));
    assertEquals(2, caller.retries());
  }

  @Test
  void responseHeadCommitsTheCall() {
    joinTwo();
    dispatch();
    bench.settle();
    Arrived call = bench.call();
    call.response().onHead(new ResponseHead(200, new HeaderFields()), false);
    call.response()
        .onTrailers(new HeaderFields().add(HeaderNames.GRPC_STATUS, GrpcCode.UNAVAILABLE.text()));
    bench.settle();
    assertNotNull(caller.trailers());
    assertEquals(1, caller.placed().size());
  }

  @Test
  void callThatIsLostAfterItsHeadIsNotTriedAgain() {
    joinTwo();
    RequestSide request = dispatch();
    request.onRequestChunk(bench.agents().get(0).chunk(100), false);
    bench.settle();
    bench.call().response().onHead(new ResponseHead(200, new HeaderFields()), false);
    bench.settle();
    assertEquals(0, bench.dispatcher().keptBytes());
    bench.call().response().onReset(CallReset.failed(CallFailure.BACKEND_UNREACHABLE, "lost"));
    bench.settle();
    assertNotNull(caller.reset());
    waitFor(Duration.ofSeconds(1));
    assertEquals(1, caller.placed().size());
  }

  @Test
  void timeOfAnAttemptEndsWithItsHead() {
    joinTwo();
    bench.dispatch(TunnelPair.headers(), policy(2, Duration.ofSeconds(2)));
    bench.settle();
    bench.call().response().onHead(new ResponseHead(200, new HeaderFields()), false);
    bench.settle();
    waitFor(Duration.ofSeconds(3));
    assertNull(bench.call().request().cancelled());
    assertNull(caller.reset());
  }

  @Test
  void pushbackIsObeyed() {
    joinTwo();
    dispatch();
    bench.settle();
    answer("14", "grpc-retry-pushback-ms", "5000");
    waitFor(Duration.ofMillis(4999));
    assertEquals(1, caller.placed().size());
    waitFor(Duration.ofMillis(1));
    assertEquals(2, caller.placed().size());
    answer("14", "grpc-retry-pushback-ms", "-1");
    assertEquals("14", status());
  }

  @Test
  void pushbackThatIsNoNumberForbidsARetry() {
    joinTwo();
    dispatch();
    bench.settle();
    answer("14", "grpc-retry-pushback-ms", "soon");
    assertEquals("14", status());
    assertEquals(0, caller.retries());
  }

  /** Silence is not knowledge, so nothing is placed again; a policy may still try again. */
  @Test
  void callOfADeadTunnelIsTriedAgain() {
    joinTwo();
    dispatch();
    bench.settle();
    bench.call().response().onAccepted(NONE, NONE);
    bench.settle();
    bench.holder().server().stream().abort(new TunnelException("dead", "nothing heard"));
    bench.settle();
    assertNull(caller.reset());
    waitFor(LONGEST_FIRST_WAIT);
    assertEquals(2, caller.placed().size());
    answer("0");
    assertEquals("0", status());
  }

  @Test
  void onlyAgentThereIsIsTriedAgainToo() {
    bench.join("a");
    dispatch();
    bench.settle();
    answer("14");
    waitFor(LONGEST_FIRST_WAIT);
    assertEquals(List.of("a 1", "a 2"), caller.placed());
    answer("0");
    assertEquals("0", status());
  }

  @Test
  void callThatNoAgentIsThereForWaitsForOneAndFails() {
    dispatch();
    assertNull(caller.reset());
    waitFor(LONGEST_FIRST_WAIT);
    assertNull(caller.reset());
    bench.join("a");
    waitFor(Duration.ofMillis(181));
    answer("0");
    assertEquals("0", status());
  }

  @Test
  void agentThatIsGoneAtARetryDoesNotSayThatNoBackendHasSeenTheCall() {
    bench.join("a");
    bench.dispatch(TunnelPair.headers(), policy(2, null));
    bench.settle();
    answer("14");
    bench.agents().get(0).cut();
    waitFor(LONGEST_FIRST_WAIT);
    assertNotNull(caller.reset());
    assertEquals(CallFailure.NO_AGENT, caller.reset().failure());
    assertTrue(caller.reset().processed());
  }

  @Test
  void attemptThatTakesTooLongIsCancelledAndTriedAgain() {
    joinTwo();
    bench.dispatch(TunnelPair.headers(), policy(2, Duration.ofSeconds(2)));
    bench.settle();
    Arrived slow = bench.call();
    waitFor(Duration.ofSeconds(2));
    assertNotNull(slow.request().cancelled());
    waitFor(LONGEST_FIRST_WAIT);
    assertEquals(2, caller.placed().size());
    waitFor(Duration.ofSeconds(2));
    assertNotNull(caller.reset());
    assertEquals(CallFailure.DEADLINE, caller.reset().failure());
    assertNotNull(bench.call().request().cancelled());
  }

  @Test
  void requestThatOutgrowsItsCopyIsNotTriedAgain() {
    joinTwo();
    RequestSide request = dispatch();
    for (int i = 0; i < 65; i++) {
      request.onRequestChunk(bench.agents().get(0).chunk(1024), false);
    }
    bench.settle();
    answer("14");
    assertEquals("14", status());
    assertEquals(1, caller.placed().size());
  }

  @Test
  void requestThatOutgrowsItsCopyWhileItWaitsEndsWithWhatWasAnswered() {
    joinTwo();
    RequestSide request = dispatch();
    bench.settle();
    answer("14");
    for (int i = 0; i < 65; i++) {
      request.onRequestChunk(bench.agents().get(0).chunk(1024), false);
    }
    assertEquals("14", status());
    waitFor(Duration.ofSeconds(1));
    assertEquals(1, caller.placed().size());
  }

  @Test
  void callerWhoCancelsWhileItWaitsIsNotTriedAgain() {
    joinTwo();
    RequestSide request = dispatch();
    bench.settle();
    answer("14");
    request.onCancel(CallReset.cancelled());
    waitFor(Duration.ofSeconds(1));
    assertEquals(1, caller.placed().size());
    assertEquals(0, bench.dispatcher().keptBytes());
  }

  @Test
  void retryThatWouldComeAfterTheDeadlineIsNotMade() {
    joinTwo();
    bench.dispatch(withTimeout(CallProtocol.GRPC, Duration.ofMillis(50)), POLICY);
    bench.settle();
    answer("14");
    assertEquals("14", status());
  }

  @Test
  void retryGetsTheTimeThatIsLeft() {
    joinTwo();
    bench.dispatch(withTimeout(CallProtocol.GRPC, Duration.ofSeconds(10)), POLICY);
    bench.settle();
    waitFor(Duration.ofSeconds(2));
    answer("14", "grpc-retry-pushback-ms", "1000");
    waitFor(Duration.ofSeconds(1));
    assertEquals(Duration.ofSeconds(7).toNanos(), bench.call().head().headers().timeoutNanos());
    answer("0");
  }

  @Test
  void plainHttpIsNeverTriedAgain() {
    joinTwo();
    CallHeaders plain = withTimeout(CallProtocol.HTTP, Duration.ofSeconds(10));
    bench.dispatch(plain, POLICY);
    bench.settle();
    answer("14");
    assertEquals("14", status());
  }

  /** Ten retries to begin with, and a fifth of one for each call. */
  @Test
  void retriesAddNoMoreThanAFifth() {
    joinTwo();
    int calls = 100;
    int retried = 0;
    for (int i = 0; i < calls; i++) {
      DispatchBench.Caller one = new DispatchBench.Caller();
      bench.dispatch(TunnelPair.headers(), POLICY, one);
      bench.settle();
      for (int attempt = 0; attempt < 3 && one.head() == null; attempt++) {
        answerNewest(one);
        waitFor(Duration.ofMillis(181));
      }
      retried += one.retries();
    }
    assertEquals(10 + calls / 5, retried);
  }

  private void answerNewest(DispatchBench.Caller by) {
    HeaderFields failed =
        new HeaderFields().add(HeaderNames.GRPC_STATUS, GrpcCode.UNAVAILABLE.text());
    bench.holder(by).agent().newest().response().onHead(new ResponseHead(200, failed), true);
    bench.settle();
  }
}
