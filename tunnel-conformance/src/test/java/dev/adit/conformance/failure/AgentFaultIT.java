package dev.adit.conformance.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.Link;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.core.admin.AdminClient;
import dev.adit.core.config.HostPort;
import dev.adit.demo.process.ChildProcess;
import dev.adit.server.admin.ServerStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Agents are terminated, killed, stopped and cut off in silence while calls run: each call has one
 * status, none runs twice, and only those that a dead agent may have shown to a backend fail.
 */
@Timeout(120)
final class AgentFaultIT {
  private static final int CALLERS = 4;
  private static final int CALLS_BETWEEN = 400;
  private static final Duration END = Duration.ofSeconds(10);

  /** A dial into the silence is given up after 10 s, then comes a pause. */
  private static final Duration GIVEN_UP = Duration.ofSeconds(30);

  private static final String RULES = "version: 1\nrules:\n- {name: all, to: shop}\n";

  // shared
  private final Map<String, Integer> runs = new ConcurrentHashMap<>();
  private final Map<String, String> statuses = new ConcurrentHashMap<>();
  private final Queue<String> problems = new ConcurrentLinkedQueue<>();
  private final AtomicInteger failed = new AtomicInteger();
  private volatile boolean stopped;

  private void serve(RawStream stream) throws IOException {
    String id = Objects.requireNonNull(Field.value(stream.nextHead(), "x-call"));
    runs.merge(id, 1, Integer::sum);
    stream.head(
        Field.list(":status", "200", "content-type", "application/grpc", "grpc-status", "0"), true);
  }

  private void call(InetSocketAddress entry, String caller) {
    try (RawConnection connection = RawConnection.dial(entry)) {
      for (int i = 0; !stopped; i++) {
        String id = caller + "-" + i;
        Answer answer =
            connection.open(CallerKind.GRPC.request("/a.B/C", "x-call", id), true).answer();
        String status = answer.last("grpc-status") + " " + answer.last("x-tunnel-reason");
        statuses.put(id, status);
        if (status.equals("14 tunnel-lost")) {
          failed.incrementAndGet();
        } else if (!status.equals("0 null")) {
          problems.add(id + ": " + answer);
        }
      }
    } catch (IOException | AssertionError e) {
      problems.add(caller + ": " + e);
    }
  }

  private void awaitCalls() {
    int wanted = statuses.size() + CALLS_BETWEEN;
    Eventually.holds("calls go on", () -> statuses.size() >= wanted || !problems.isEmpty());
  }

  /** Failures that have come since the last time this was asked. */
  private int newFailures() {
    return failed.getAndSet(0);
  }

  private static void signal(ChildProcess process, String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertTrue(kill.waitFor(10, TimeUnit.SECONDS));
    assertEquals(0, kill.exitValue());
  }

  private static boolean isConnected(AdminClient admin, String agent) throws IOException {
    return admin.get("/status", ServerStatus.class).agents().stream()
        .anyMatch(each -> each.id().equals(agent));
  }

  @Test
  void agentsDieInEveryWayAndNoCallRunsTwice() throws Exception {
    try (RawBackend backend = RawBackend.start(this::serve);
        Link link = Link.start(Duration.ZERO);
        TunnelSite site =
            TunnelSite.start(
                SitePlan.of(
                    RULES,
                    agent("drained", backend),
                    agent("killed", backend),
                    agent("frozen", backend),
                    agent("cut-off", backend).withWay(link::to),
                    agent("spared", backend)))) {
      AdminClient admin = new AdminClient(site.admin(), null);
      HostPort address = HostPort.parse(site.entry());
      InetSocketAddress entry = new InetSocketAddress(address.host(), address.port());
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        String name = "caller-" + i;
        Thread caller = new Thread(() -> call(entry, name), name);
        caller.setDaemon(true);
        callers.add(caller);
        caller.start();
      }
      awaitCalls();
      assertEquals(0, newFailures(), "calls that failed with nothing the matter");

      ChildProcess drained = process(site, "drained");
      drained.terminate();
      assertEquals(0, drained.awaitEnd(END));
      awaitCalls();
      assertEquals(0, newFailures(), "calls that failed by SIGTERM");

      process(site, "killed").kill();
      Eventually.holds("killed is gone", () -> !isConnected(admin, "killed"));
      awaitCalls();
      int byKill = newFailures();
      assertTrue(byKill <= CALLERS, byKill + " calls failed by SIGKILL, more than ran there");

      ChildProcess frozen = process(site, "frozen");
      signal(frozen, "STOP");
      Eventually.holds("frozen is gone", () -> !isConnected(admin, "frozen"));
      awaitCalls();
      int byStop = newFailures();
      assertTrue(byStop <= CALLERS, byStop + " calls failed by SIGSTOP, more than ran there");
      signal(frozen, "CONT");
      Eventually.holds("frozen is back", () -> isConnected(admin, "frozen"));
      awaitCalls();
      assertEquals(0, newFailures(), "calls that failed by SIGCONT");

      link.swallow();
      Eventually.holds("cut-off is gone", () -> !isConnected(admin, "cut-off"));
      awaitCalls();
      int byLoss = newFailures();
      assertTrue(byLoss <= CALLERS, byLoss + " calls failed by silence, more than ran there");
      link.heal();
      Eventually.holds("cut-off is back", GIVEN_UP, () -> isConnected(admin, "cut-off"));
      awaitCalls();
      assertEquals(0, newFailures(), "calls that failed by the agent's return");

      stopped = true;
      for (Thread caller : callers) {
        caller.join(END.toMillis());
      }
      System.out.printf(
          "AgentFaultIT: %d calls; failed by SIGTERM 0, SIGKILL %d, SIGSTOP %d, SIGCONT 0, silence %d%n",
          statuses.size(), byKill, byStop, byLoss);
      assertEquals(List.of(), List.copyOf(problems));
      statuses.forEach(
          (id, status) -> {
            int times = runs.getOrDefault(id, 0);
            boolean once = status.equals("0 null") ? times == 1 : times <= 1;
            assertTrue(once, id + " ended with " + status + " and ran " + times + " times");
          });
    }
  }

  private static AgentPlan agent(String id, RawBackend backend) {
    return AgentPlan.of(id, "shop", backend.hostAndPort());
  }

  private static ChildProcess process(TunnelSite site, String name) {
    return Objects.requireNonNull(site.processes().get(name));
  }
}
