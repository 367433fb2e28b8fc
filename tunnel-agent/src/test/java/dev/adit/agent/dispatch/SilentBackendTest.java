package dev.adit.agent.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.upstream.UpstreamBalance;
import dev.adit.testing.http2.FakeBackend;
import dev.adit.testing.http2.FakeBackend.Connection;
import dev.adit.testing.tunnel.TunnelPair;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Backends that take a connection, or a call's turn, and say nothing. */
final class SilentBackendTest {
  @Test
  void callGoesFromOneSilentBackendAfterTheOtherToTheOneThatIsWell() throws IOException {
    try (FakeBackend silent = new FakeBackend();
        FakeBackend mute = new FakeBackend();
        FakeBackend good = new FakeBackend();
        AgentBench bench =
            new AgentBench(
                AgentBench.upstream(UpstreamBalance.ROUND_ROBIN, 1, silent, mute, good))) {
      AgentBench.Call call = bench.openBare(TunnelPair.headers());
      try (Connection nothing = silent.acceptSilently();
          Connection no = mute.acceptSilently();
          Connection on = good.accept()) {
        on.expect("headers", 3);
        on.send(on.script().headers(3, true, ":status", "200", "grpc-status", "0"));
        assertEquals(List.of("accepted", "head 200 last"), call.end());
        nothing.expectClosed();
        no.expectClosed();
      }
      bench.await(() -> bench.upstream().usableBackends() == 1);
    }
  }

  @Test
  void streamIsWaitedForAtTheNextBackendToo() throws IOException {
    try (FakeBackend full = new FakeBackend();
        FakeBackend good = new FakeBackend();
        AgentBench bench =
            new AgentBench(AgentBench.upstream(UpstreamBalance.ROUND_ROBIN, 1, full, good))) {
      AgentBench.Call first = bench.openBare(TunnelPair.headers());
      try (Connection busy = full.accept(3, 1)) { // MAX_CONCURRENT_STREAMS
        busy.expect("headers", 3);
        AgentBench.Call second = bench.openBare(TunnelPair.headers());
        try (Connection on = good.accept()) {
          on.expect("headers", 3);
          // The turn is the full one's.
          AgentBench.Call third = bench.openBare(TunnelPair.headers());
          on.expect("headers", 5);
          first.cancel();
          second.cancel();
          third.cancel();
        }
      }
    }
  }

  @Test
  void callWithNowhereElseToGoHasAllItsTime() throws IOException {
    try (FakeBackend silent = new FakeBackend();
        AgentBench bench = new AgentBench(AgentBench.upstream(silent))) {
      long begun = System.nanoTime();
      AgentBench.Call call = bench.openBare(TunnelPair.headers());
      try (Connection nothing = silent.acceptSilently()) {
        CallReset reset = call.reset();
        assertEquals(CallFailure.BACKEND_UNREACHABLE, reset.failure());
        assertFalse(reset.processed());
        assertFalse(System.nanoTime() - begun < 1_900_000_000L, "gave up too soon");
        nothing.expectClosed();
      }
    }
  }
}
