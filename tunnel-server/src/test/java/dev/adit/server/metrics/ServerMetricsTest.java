package dev.adit.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.accesslog.CallRecord;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.AgentSession;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Ticker;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is shown of the agents that are connected. */
final class ServerMetricsTest {
  private static final Ticker TICKER = Ticker.newMockTicker();

  private final AgentRegistry registry = new AgentRegistry();
  private final ServerMetrics metrics = new ServerMetrics("1.0");

  private AgentSession join(String id, String instance) {
    return registry
        .join(
            new AgentSession(
                new AgentId(id),
                instance,
                Set.of(new GroupName("shop")),
                0,
                10,
                "",
                "",
                Instant.EPOCH),
            new TunnelPair(new HandLoop(), TunnelPair.SMALL).server().stream())
        .session();
  }

  private long series(String name) {
    return metrics.page().body().lines().filter(line -> line.startsWith(name + "{")).count();
  }

  /** Two series with the same labels would break the whole scrape. */
  @Test
  void runsOfOneAgentAreOneSeries() {
    metrics.watch(registry);
    join("a", "old");
    assertTrue(join("a", "young").tryBegin());
    String page = metrics.page().body();
    assertTrue(page.contains("adit_agent_calls_running{agent=\"a\"} 1.0"), page);
    assertEquals(1, series("adit_agent_calls_running"));
  }

  @Test
  void agentsWithoutNumberFillNothing() {
    metrics.watch(registry);
    for (int i = 0; i < 1100; i++) {
      join("agent-" + i, "run");
    }
    assertEquals(1000, series("adit_agent_calls_running"));
    assertTrue(metrics.page().body().contains("adit_agents 1100.0"));
  }

  private void call(String method, long durationNanos) {
    CallHeaders headers =
        new CallHeaders(
            CallProtocol.GRPC,
            AsciiString.of("POST"),
            AsciiString.of("http"),
            AsciiString.of("shop.example"),
            AsciiString.of("/shop.Cart/" + method),
            new HeaderFields(),
            CallHeaders.NO_TIMEOUT);
    AsciiString rule = AsciiString.of("orders");
    GroupName group = new GroupName("shop");
    CallRecord record = new CallRecord(TICKER);
    CallMeter meter = metrics.calls().begin();
    record.request(headers, AsciiString.of("id"));
    record.route(rule, AsciiString.EMPTY_STRING);
    record.group(group);
    meter.onRouted(record);
    record.placed(new AgentId("edge-1"), 1, durationNanos / 10);
    record.accepted(AsciiString.of("backend"), AsciiString.of("10.0.0.1:1"), durationNanos / 5);
    record.status(AsciiString.of("0"));
    record.head(new ResponseHead(200, new HeaderFields()), durationNanos / 2);
    meter.onAnswered(record);
    record.end(durationNanos);
    meter.onEnd(record);
  }

  /**
   * A scrape as large as they come shows all of it, and calls go on meanwhile. How long it takes is
   * in docs/metrics.md.
   */
  @Test
  void thousandAgentsAndMethodsAreShownWhileCallsGoOn() throws Exception {
    metrics.watch(registry);
    for (int i = 0; i < 1000; i++) {
      join("agent-" + i, "run").tryBegin();
      for (int times = 0; times < 20; times++) {
        call("Method" + i, TimeUnit.MICROSECONDS.toNanos(100L << times % 12));
      }
    }
    AtomicBoolean scraped = new AtomicBoolean();
    AtomicLong calls = new AtomicLong();
    Thread caller =
        new Thread(
            () -> {
              for (int i = 0; !scraped.get(); i++) {
                call("Method" + i % 1000, TimeUnit.MILLISECONDS.toNanos(3));
                calls.incrementAndGet();
              }
            });
    caller.start();
    long fastest = Long.MAX_VALUE;
    long fewest = Long.MAX_VALUE;
    String page = "";
    for (int i = 0; i < 10; i++) {
      long before = calls.get();
      long begun = System.nanoTime();
      page = metrics.page().body();
      fastest = Math.min(fastest, System.nanoTime() - begun);
      fewest = Math.min(fewest, calls.get() - before);
    }
    scraped.set(true);
    caller.join();
    System.out.printf(
        "a scrape of %d lines, %d bytes: %d ms, %d calls meanwhile%n",
        page.lines().count(), page.length(), TimeUnit.NANOSECONDS.toMillis(fastest), fewest);
    assertTrue(fewest > 0, "no call while a scrape ran");
    assertEquals(1000, series("adit_agent_calls_running"));
    assertEquals(1000, series("adit_calls_total"));
    assertEquals(1001, series("adit_call_duration_seconds_count"));
    assertEquals(5 * 1001, series("adit_call_stage_seconds_sum"));
    assertTrue(page.length() < 8 << 20, () -> "larger than ever seen");
  }

  @Test
  void callAllocatesLittle() {
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    int number = 100_000;
    long bytes = 0;
    long nanos = 0;
    for (int round = 0; round < 10; round++) {
      long bytesBefore = threads.getCurrentThreadAllocatedBytes();
      long nanosBefore = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < number; i++) {
        call("Get", i);
      }
      bytes = (threads.getCurrentThreadAllocatedBytes() - bytesBefore) / number;
      nanos = (threads.getCurrentThreadCpuTime() - nanosBefore) / number;
    }
    System.out.printf("a call: %d ns of CPU, %d bytes, all of this test included%n", nanos, bytes);
    assertTrue(bytes < 1024, "a call allocates too much");
  }
}
