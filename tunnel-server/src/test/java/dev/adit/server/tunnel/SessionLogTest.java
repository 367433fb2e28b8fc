package dev.adit.server.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.tunnel.TunnelException;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Heartbeat;
import dev.adit.server.registry.AgentSession;
import dev.adit.testing.logging.LoggedLines;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is said of a run of an agent that goes is said once, however many tunnels it has. */
final class SessionLogTest {
  private final TunnelBench bench = new TunnelBench();
  private final AcceptedTunnel one = joined();
  private final AcceptedTunnel other = joined();
  private final LoggedLines lines = new LoggedLines(SessionLog.class.getName(), Level.INFO);

  private AcceptedTunnel joined() {
    AcceptedTunnel tunnel = bench.accept(new FakeCall());
    bench.receive(tunnel, TunnelBench.hello("edge-1", "run"));
    return tunnel;
  }

  @AfterEach
  void nothingIsLeft() {
    lines.close();
    bench.close();
  }

  private void drain(AcceptedTunnel tunnel, String reason) {
    bench.receive(tunnel, Frame.newBuilder().setDrain(Drain.newBuilder().setReason(reason)));
  }

  @Test
  void agentThatGoesAwayIsDrainingAndHasNoTunnelLeftBehindItsLast() {
    drain(one, "going-away");
    drain(other, "going-away");
    assertEquals(List.of("INFO SessionLog - edge-1/run is draining: 0 calls run"), lines.all());
    assertEquals("[edge-1/run]", bench.sessions().draining().toString());
    one.onHalfClose();
    assertEquals(1, lines.all().size(), "a tunnel is left, which only finishes its calls");
    other.onHalfClose();
    assertEquals(
        List.of(
            "INFO SessionLog - edge-1/run is draining: 0 calls run",
            "INFO SessionLog - edge-1/run has no tunnel left: closed by the agent (closed)"),
        lines.all());
    assertEquals(List.of(), bench.sessions().draining());
  }

  @Test
  void tunnelThatIsReplacedIsNoNews() {
    drain(one, "renewal");
    assertEquals(List.of(), bench.sessions().draining());
    one.onHalfClose();
    assertEquals(List.of(), lines.all());
  }

  @Test
  void agentThatIsGoneWithoutAWordIsLost() {
    one.onCancel();
    other.onCancel();
    assertEquals(
        List.of(
            "INFO SessionLog - edge-1/run has no tunnel left: the agent's connection ended (lost)"),
        lines.all());
  }

  private void seconds(int count, AcceptedTunnel... heard) {
    for (int second = 0; second < count; second++) {
      bench.hand().advance(Duration.ofSeconds(1));
      for (AcceptedTunnel tunnel : heard) {
        bench.receive(tunnel, Frame.newBuilder().setHeartbeat(Heartbeat.newBuilder().setToken(1)));
      }
    }
  }

  /** One loop of a busy process is late for a thousand tunnels. */
  @Test
  void agentIsQuietWhenNoneOfItsTunnelsIsHeard() {
    seconds(3, one);
    assertEquals(List.of(), lines.all());
    seconds(3);
    assertEquals(List.of("INFO SessionLog - edge-1/run is quiet on all its tunnels"), lines.all());
    seconds(1, one);
    assertEquals(
        List.of(
            "INFO SessionLog - edge-1/run is quiet on all its tunnels",
            "INFO SessionLog - edge-1/run is heard again"),
        lines.all());
  }

  @Test
  void withdrawalIsToldOnce() {
    AgentSession session = bench.registry().snapshot().sessions().get(0);
    SessionLog log = new SessionLog();
    TunnelException withdrawn = new TunnelException("forbidden", "the credential was withdrawn");
    log.onUp(session);
    log.onUp(session);
    for (int tunnel = 0; tunnel < 2; tunnel++) {
      log.onWithdrawn(session, session.groups());
      log.onEnded(session, withdrawn);
    }
    assertEquals(
        List.of(
            "WARNING SessionLog - edge-1/run may not serve [shop] any more (forbidden)",
            "INFO SessionLog - edge-1/run has no tunnel left: the credential was withdrawn"
                + " (forbidden)"),
        lines.all());
  }
}
