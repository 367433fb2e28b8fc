package dev.adit.agent.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.call.CallFailure;
import dev.adit.core.upstream.BackendConfig;
import dev.adit.core.upstream.UpstreamBalance;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.testing.http2.FakeBackend;
import dev.adit.testing.http2.FakeBackend.Connection;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections on which a backend ends streams by ENHANCE_YOUR_CALM, or refuses them late. */
final class RefusedWorkTest {
  private static final int IN_A_ROW = 5;
  private static final int LONGER_THAN_PATIENCE_MILLIS = 2100;

  private final FakeBackend backend = new FakeBackend();
  private final AgentBench bench = new AgentBench(AgentBench.upstream(backend));
  private AgentBench.Call call = bench.openBare(TunnelPair.headers());
  private final Connection on = backend.accept();
  private int stream = 3;

  RefusedWorkTest() throws IOException {}

  @AfterEach
  void nothingIsLeft() throws IOException {
    bench.close();
    on.close();
    backend.close();
  }

  private void refuse(int times) throws IOException {
    for (int i = 0; i < times; i++) {
      on.expect("headers", stream);
      on.send(on.script().reset(stream, (int) Http2Error.ENHANCE_YOUR_CALM.code()));
      assertEquals(CallFailure.BACKEND_RESET, call.reset().failure());
      next();
    }
  }

  private void next() {
    stream += 2;
    call = bench.openBare(TunnelPair.headers());
  }

  @Test
  void connectionIsLeftAfterFiveInARow() throws IOException {
    refuse(IN_A_ROW);
    on.expectClosed();
    try (Connection other = backend.accept()) {
      other.expect("headers", 3);
      other.send(other.script().headers(3, true, ":status", "200", "grpc-status", "0"));
      call.end();
    }
  }

  @Test
  void connectionThatIsAnsweredOnNowAndThenIsKept() throws IOException {
    for (int round = 0; round < 2; round++) {
      refuse(IN_A_ROW - 1);
      on.expect("headers", stream);
      on.send(on.script().headers(stream, true, ":status", "200", "grpc-status", "0"));
      call.end();
      next();
    }
    on.expect("headers", stream);
    call.cancel();
  }

  /** The 2 s for a stream were counted from the call's begin, and over when it was refused. */
  @Test
  void callThatIsRefusedAfterALongTimeIsBegunAnewAllTheSame() throws IOException {
    on.expect("headers", stream);
    on.readFor(LONGER_THAN_PATIENCE_MILLIS);
    on.send(on.script().goAway(0, 0));
    try (Connection other = backend.accept()) {
      other.expect("headers", 3);
      other.send(other.script().headers(3, true, ":status", "200", "grpc-status", "0"));
      assertEquals(List.of("accepted", "head 200 last"), call.end());
    }
  }

  /** With eight of nine turns, the backend that refuses was asked three times in a row. */
  @Test
  void refusedCallIsGivenToAnotherBackendWhereThereIsOne() throws IOException {
    try (FakeBackend refusing = new FakeBackend();
        FakeBackend idle = new FakeBackend();
        AgentBench weighted = new AgentBench(eightToOne(refusing, idle))) {
      AgentBench.Call refused = weighted.open().send("request", true);
      try (Connection first = refusing.accept()) {
        first.expectBody(3);
        first.send(first.script().reset(3, (int) Http2Error.REFUSED_STREAM.code()));
        try (Connection second = idle.accept()) {
          assertEquals("request", second.expectBody(3));
          second.send(second.script().headers(3, true, ":status", "200", "grpc-status", "0"));
          assertEquals(List.of("accepted", "head 200 last"), refused.end());
        }
      }
    }
  }

  private static UpstreamConfig eightToOne(FakeBackend often, FakeBackend seldom) {
    UpstreamConfig even = AgentBench.upstream(UpstreamBalance.WEIGHTED, 1, often, seldom);
    return new UpstreamConfig(
        even.name(),
        List.of(new BackendConfig(even.backends().get(0).address(), 8), even.backends().get(1)),
        even.balance(),
        even.tls(),
        even.health(),
        even.circuitBreaker(),
        even.slowStart(),
        even.minConnections(),
        even.maxConnections());
  }
}
