package dev.adit.agent.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.testing.http2.FakeBackend;
import dev.adit.testing.http2.FakeBackend.Connection;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.AsciiString;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Header lists that one side does not take: they end their call, once, and nothing else. */
final class LargeHeadsTest {
  private static final int MAX_HEADER_LIST_SIZE = 6;

  private final FakeBackend backend = new FakeBackend();
  private final AgentBench bench = new AgentBench(AgentBench.upstream(backend));

  LargeHeadsTest() throws IOException {}

  @AfterEach
  void nothingIsLeft() throws IOException {
    bench.close();
    backend.close();
  }

  private static CallHeaders with(int bytes) {
    CallHeaders usual = TunnelPair.headers();
    HeaderFields fields = usual.fields().copy();
    fields.add(AsciiString.of("x-large"), AsciiString.of("y".repeat(bytes)));
    return new CallHeaders(
        usual.protocol(),
        usual.method(),
        usual.scheme(),
        usual.authority(),
        usual.path(),
        fields,
        usual.timeoutNanos());
  }

  private static void assertTooLarge(CallReset reset) {
    assertEquals(CallFailure.HEADER_TOO_LARGE, reset.failure());
    assertTrue(reset.processed(), "nobody shall place it again");
  }

  @Test
  void headBeyondWhatTheBackendTakesIsNotSent() throws IOException {
    AgentBench.Call neighbour = bench.open().send("neighbour", false);
    try (Connection on = backend.accept(MAX_HEADER_LIST_SIZE, 1000)) {
      on.expect("data", 3);
      AgentBench.Call large = bench.open(with(1000)).send("request", true);
      assertTooLarge(large.reset());
      assertFalse(bench.upstream().backends().get(0).isUnreachable());
      AgentBench.Call next = bench.open(with(200)).send("request", true);
      assertEquals("request", on.expectBody(5), "the first stream after the neighbour's");
      neighbour.cancel();
      next.cancel();
    }
  }

  private void tooLargeFromTheBackend(boolean trailers) throws IOException {
    AgentBench.Call large = bench.open().send("request", true);
    try (Connection on = backend.accept()) {
      on.expectBody(3);
      AgentBench.Call neighbour = bench.open().send("request", true);
      on.expectBody(5);
      String value = "v".repeat(100_000);
      if (trailers) {
        on.send(on.script().headers(3, false, ":status", "200"));
        on.send(on.script().headers(3, true, 10_000, "x-large", value));
      } else {
        on.send(on.script().headers(3, false, 10_000, ":status", "200", "x-large", value));
      }
      assertTooLarge(large.reset());
      assertEquals(Http2Error.CANCEL.code(), on.expect("reset", 3).number());
      on.send(on.script().headers(5, true, ":status", "200", "grpc-status", "0"));
      assertEquals("head 200 last", neighbour.end().get(1));
    }
  }

  @Test
  void headOfTheBackendsThatIsTooLarge() throws IOException {
    tooLargeFromTheBackend(false);
  }

  @Test
  void trailersOfTheBackendsThatAreTooLarge() throws IOException {
    tooLargeFromTheBackend(true);
  }
}
