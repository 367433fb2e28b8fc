package dev.adit.conformance.stall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.peer.StreamEvent;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.demo.process.ChildProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Callers that do not read fill the memory of a small server: it refuses new calls before it runs
 * out, those that run lose nothing, and it takes calls again once there is room.
 */
@Timeout(120)
final class MemoryBudgetIT {
  private static final String SMALL = "-XX:MaxDirectMemorySize=64m";
  private static final int CALLS_PER_CONNECTION = 100;
  private static final int MOST_CALLS = 6000;

  /** Under the smallest credit of a call, so that all of it waits in the server. */
  private static final int BODY_BYTES = 15 * 1024;

  private static RawStream call(RawConnection connection) throws IOException {
    return connection.open(CallerKind.GRPC.request("/a.B/C"), true);
  }

  @Test
  void serverRefusesCallsBeforeItsMemoryIsFullAndTakesThemAgain() throws Exception {
    try (RawBackend backend = RawBackend.start(Script.answer(BODY_BYTES));
        TunnelSite site =
            TunnelSite.start(
                SitePlan.ofGroup("shop", AgentPlan.of("agent-1", "shop", backend.hostAndPort()))
                    .withJvmOptions(SMALL))) {
      InetSocketAddress entry = site.entryAddress();
      List<RawConnection> connections = new ArrayList<>();
      List<RawStream> stalled = new ArrayList<>();
      try {
        Answer refused = null;
        while (refused == null) {
          assertTrue(stalled.size() < MOST_CALLS, "the server never refuses a call");
          if (stalled.size() % CALLS_PER_CONNECTION == 0) {
            connections.add(RawConnection.dial(entry, 0));
          }
          RawStream stream = call(connections.get(connections.size() - 1));
          StreamEvent first = stream.next();
          if (first instanceof StreamEvent.Head head && head.last()) {
            refused = new Answer(List.of(), head.fields(), true, new byte[0], null, null);
          } else {
            stalled.add(stream);
          }
        }
        CallerKind.GRPC.assertFailed(refused, "server-overloaded", 14, 503);
        assertEquals("1000", refused.last("grpc-retry-pushback-ms"));
        System.out.printf("MemoryBudgetIT: refused with %d stalled calls%n", stalled.size());

        for (RawStream stream : stalled) {
          stream.grant(BODY_BYTES);
        }
        for (RawStream stream : stalled) {
          assertEquals("0", stream.answer().last("grpc-status"));
        }
        try (RawConnection fresh = RawConnection.dial(entry)) {
          Eventually.holds(
              "calls are taken again", () -> "0".equals(call(fresh).answer().last("grpc-status")));
        }
      } finally {
        for (RawConnection connection : connections) {
          connection.close();
        }
      }
      site.checkAlive();
      for (ChildProcess process : site.processes().values()) {
        String log = Files.readString(process.log());
        assertFalse(log.contains("OutOfMemory") || log.contains("OutOfDirect"), log);
      }
      String log = Files.readString(site.process("server").log());
      assertTrue(log.contains("short of memory") && log.contains("memory to spare again"), log);
    }
  }
}
