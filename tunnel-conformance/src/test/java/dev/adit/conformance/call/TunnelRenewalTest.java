package dev.adit.conformance.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.core.tunnel.TunnelStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tunnels are replaced by age, and no call notices. */
@Timeout(60)
final class TunnelRenewalTest {
  private static final int RENEWALS = 6;

  /** A tunnel that met a loop which has one already is given up at once. */
  private static final long STAYS_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  private static final String RULES = "version: 1\nrules:\n- {name: all, to: all}\n";
  private static final List<Field> HEAD =
      Field.list(":status", "200", "content-type", "application/grpc");

  private static Set<TunnelStream> tunnels(LocalSite site) {
    Set<TunnelStream> tunnels = new HashSet<>();
    site.server()
        .registry()
        .snapshot()
        .sessions()
        .forEach(session -> tunnels.addAll(List.of(session.tunnels())));
    return tunnels;
  }

  private static void serve(RawStream stream) throws IOException {
    boolean isLong = "/a.B/Long".equals(Field.value(stream.nextHead(), ":path"));
    if (isLong) {
      stream.head(HEAD, false);
      stream.nextData();
    }
    stream.head(
        isLong ? Field.list("grpc-status", "0") : Field.with(HEAD, "grpc-status", "0"), true);
  }

  private static LocalSite start(RawBackend backend) throws Exception {
    return LocalSite.start(
        SitePlan.of(RULES, AgentPlan.of("a", "all", backend.hostAndPort()))
            .withTunnelOptions("renewAfter: 1s"));
  }

  @Test
  void callsRunOnWhileEveryTunnelIsReplaced() throws Exception {
    try (RawBackend backend = RawBackend.start(TunnelRenewalTest::serve);
        LocalSite site = start(backend);
        RawConnection caller = RawConnection.dial(site.entry())) {
      RawStream running = caller.open(CallerKind.GRPC.request("/a.B/Long"), false);
      running.nextHead();
      Set<TunnelStream> seen = new HashSet<>(tunnels(site));
      int first = seen.size();
      while (seen.size() < first + RENEWALS) {
        Answer answer = caller.open(CallerKind.GRPC.request("/a.B/Get"), true).answer();
        assertEquals("0", answer.last("grpc-status"), answer.toString());
        Set<TunnelStream> now = tunnels(site);
        assertTrue(!now.isEmpty(), "a tunnel is up at any time");
        seen.addAll(now);
      }
      running.data(new byte[] {0, 0, 0, 0, 0}, true);
      assertEquals("0", running.answer().last("grpc-status"));
      Eventually.empty(site::leftovers);
    }
  }

  /** Each new tunnel would leave another old one behind that waits for its calls. */
  @Test
  void tunnelWaitsWithItsRenewalWhileItsPredecessorHasCalls() throws Exception {
    try (RawBackend backend = RawBackend.start(TunnelRenewalTest::serve);
        LocalSite site = start(backend);
        RawConnection caller = RawConnection.dial(site.entry())) {
      Eventually.holds("a tunnel on every loop", site::hasAllTunnels);
      RawStream running = caller.open(CallerKind.GRPC.request("/a.B/Long"), false);
      running.nextHead();
      TunnelStream busy =
          tunnels(site).stream()
              .filter(each -> callsOn(each) > 0)
              .findAny()
              .orElseThrow(() -> new AssertionError("no tunnel has the call"));
      Map<TunnelStream, Long> firstSeen = new HashMap<>();
      Set<TunnelStream> stayed = new HashSet<>();
      while (stayed.size() < 2 + RENEWALS) {
        long now = System.nanoTime();
        for (TunnelStream tunnel : tunnels(site)) {
          if (now - firstSeen.computeIfAbsent(tunnel, each -> now) > STAYS_NANOS) {
            stayed.add(tunnel);
          }
        }
        Thread.onSpinWait();
      }
      long heirs =
          stayed.stream().filter(each -> each != busy && each.loop() == busy.loop()).count();
      assertEquals(1, heirs, "tunnels after the one with the call, on its loop");
      running.data(new byte[] {0, 0, 0, 0, 0}, true);
      assertEquals("0", running.answer().last("grpc-status"));
      Eventually.empty(site::leftovers);
    }
  }

  private static int callsOn(TunnelStream tunnel) {
    return tunnel.loop().submit(tunnel::callCount).awaitUninterruptibly().getNow();
  }
}
