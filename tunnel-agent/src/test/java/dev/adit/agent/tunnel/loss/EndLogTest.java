package dev.adit.agent.tunnel.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.name.AgentId;
import dev.adit.testing.logging.LoggedLines;
import io.grpc.Status;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the agent's log and its status say of tunnels that ended. */
final class EndLogTest {
  private final EndLog ends =
      new EndLog(
          new AgentId("edge-1"),
          "192.0.2.1:8003",
          new EndCause(true, null),
          Ticker.newMockTicker());
  private final LoggedLines lines = new LoggedLines(EndLog.class.getName(), Level.INFO);

  @AfterEach
  void stop() {
    lines.close();
  }

  /** Each of its tunnels hears of it. */
  @Test
  void beingSupersededIsToldOnceUntilTheAgentWasUpAgain() {
    ends.onSuperseded("instance b from 192.0.2.7:5");
    ends.onSuperseded("instance b from 192.0.2.7:5");
    List<String> told =
        List.of(
            "SEVERE EndLog - edge-1 is superseded at 192.0.2.1:8003 by instance b from 192.0.2.7:5:"
                + " another process runs with this agent id; give each its own");
    assertEquals(told, lines.all());
    ends.onUp();
    ends.onSuperseded("instance c");
    assertEquals(2, lines.all().size());
  }

  @Test
  void refusalSaysWhenTheAgentDialsAgain() {
    ends.onEnd(null, 0, Status.UNAUTHENTICATED.withDescription("unknown token"), 60_900);
    ends.onEnd(null, 0, Status.PERMISSION_DENIED.withDescription("no group x"), 60_000);
    ends.onEnd(null, 0, Status.UNIMPLEMENTED.withDescription("no method"), 60_000);
    assertEquals(3, lines.all().size());
    lines.all().forEach(line -> assertEquals("dialling again in 60 s", after(line)));
    assertEquals("no method", ends.problem());
  }

  private static String after(String line) {
    return line.substring(line.lastIndexOf("; ") + 2);
  }

  @Test
  void pipelineOfAConnectionIsNobodysConcern() {
    Status status =
        Status.UNAVAILABLE
            .withDescription("io exception\nChannel Pipeline: [SslHandler#0, more of it]")
            .withCause(
                new IOException(
                    "wrapped",
                    new IOException("recvAddress(..) failed with error(-104): reset by peer")));
    ends.onEnd(null, 0, status, 500);
    ends.onUp();
    ends.onEnd(Duration.ofSeconds(3), 0, status, 500);
    assertEquals(
        List.of(
            "WARNING EndLog - 192.0.2.1:8003 tunnel not up: reset by peer; dialling again in 500"
                + " ms; tunnel-agent doctor says more",
            "WARNING EndLog - 192.0.2.1:8003 tunnel lost: reset by peer; dialling again in 500 ms"),
        lines.all());
  }

  @Test
  void whatTheServerOrAProxySaysIsKept() {
    ends.onEnd(null, 0, Status.UNAVAILABLE.withDescription("HTTP status code 503"), 1);
    assertEquals("HTTP status code 503", ends.problem());
    ends.onEnd(
        null,
        0,
        Status.INTERNAL
            .withDescription("http2 exception")
            .withCause(new IllegalStateException("no SETTINGS")),
        1);
    assertEquals("http2 exception: no SETTINGS; tunnel-agent doctor says more", ends.problem());
  }
}
