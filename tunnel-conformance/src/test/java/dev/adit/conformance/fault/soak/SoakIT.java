package dev.adit.conformance.fault.soak;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.Iterators;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.fault.Chaos;
import dev.adit.conformance.fault.Chaos.Event;
import dev.adit.conformance.fault.ProcessSample;
import dev.adit.conformance.fault.count.CountedCalls;
import dev.adit.conformance.fault.count.SeveralServers;
import dev.adit.conformance.peer.Link;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.conformance.stall.StalledReader;
import dev.adit.core.admin.AdminClient;
import dev.adit.demo.process.ChildProcess;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.nio.file.Files;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Calls for half an hour while something goes wrong every 30 s: no call fails or runs twice but
 * those that the fault may have taken, and what spared processes hold does not grow. {@code
 * -Dsoak.minutes=N} makes it shorter or longer.
 */
@Tag("fault")
@Timeout(value = 12, unit = TimeUnit.HOURS)
final class SoakIT {
  private static final int MINUTES = Integer.getInteger("soak.minutes", 30);
  private static final Duration BETWEEN = Duration.ofSeconds(30);
  private static final int AGENTS = 4;

  /** Growth is judged after that long; before, code is still being compiled. */
  private static final int MINUTES_FOR_A_TREND = 20;

  private static final double MOST_HEAP_KIB_PER_HOUR = 4096;
  private static final double MOST_RSS_KIB_PER_HOUR = 16 * 1024;
  private static final double MOST_MORE_FILES = 16;
  private static final double MOST_MORE_THREADS = 4;
  private static final int DOWNLOAD_BYTES = 4 << 20;
  private static final List<String> SPARED = List.of("server", "steady", "streams");
  private static final String RULES =
      """
      version: 1
      rules:
      - {name: streams, matches: [{service: stall.Test}], to: streams}
      - {name: all, to: shop}
      """;
  private static final String UPSTREAM =
      """
      upstreams:
      - name: all
        backends: ["%s", "%s"]
      """;

  /** What one spared process held, each figure with its course. */
  private static final class Held {
    private final Trend heap = new Trend();
    private final Trend rss = new Trend();
    private final Trend files = new Trend();
    private final Trend threads = new Trend();

    void look(double seconds, long pid) throws Exception {
      ProcessSample now = ProcessSample.of(pid);
      heap.add(seconds, now.heapKib());
      rss.add(seconds, now.rssKib());
      files.add(seconds, now.files());
      threads.add(seconds, now.threads());
    }

    void assertSteady(String name) {
      assertTrue(heap.perHour() < MOST_HEAP_KIB_PER_HOUR, name + ": " + this);
      assertTrue(rss.perHour() < MOST_RSS_KIB_PER_HOUR, name + ": " + this);
      assertTrue(files.last() - files.first() <= MOST_MORE_FILES, name + ": " + this);
      assertTrue(threads.last() - threads.first() <= MOST_MORE_THREADS, name + ": " + this);
    }

    @Override
    public String toString() {
      return "heap %.0f KiB, %+.0f an hour; resident %.0f KiB, %+.0f an hour; files %.0f, then %.0f; threads %.0f, then %.0f"
          .formatted(
              heap.last(),
              heap.perHour(),
              rss.last(),
              rss.perHour(),
              files.first(),
              files.last(),
              threads.first(),
              threads.last());
    }
  }

  private static AgentPlan agent(String id, RawBackend one, RawBackend two) {
    return new AgentPlan(
        id, List.of("shop"), UPSTREAM.formatted(one.hostAndPort(), two.hostAndPort()));
  }

  @Test
  void callsGoOnWhileThingsGoWrongAndNothingGrows() throws Exception {
    CountedCalls calls = new CountedCalls();
    RawBackend fragile = RawBackend.start(calls.backend());
    Server streams = StalledReader.backend(DOWNLOAD_BYTES).build().start();
    try (RawBackend backend = RawBackend.start(calls.backend());
        Link one = Link.start(Duration.ZERO);
        Link two = Link.start(Duration.ZERO)) {
      Iterator<Link> links = List.of(one, two).iterator();
      try (TunnelSite site =
          TunnelSite.start(
              SitePlan.of(
                      RULES,
                      agent("steady", backend, fragile),
                      AgentPlan.of("streams", "streams", "127.0.0.1:" + streams.getPort()),
                      agent("victim", backend, fragile),
                      agent("far", backend, fragile).withWay(address -> links.next().to(address)))
                  .withServers(2))) {
        Chaos chaos = new Chaos(site, List.of(one, two), fragile, AGENTS);
        chaos.awaitWhole();
        soak(site, chaos, calls);
        chaos.close();
      }
    } finally {
      streams.shutdownNow();
    }
  }

  private static void soak(TunnelSite site, Chaos chaos, CountedCalls calls) throws Exception {
    Map<String, Held> held = new LinkedHashMap<>();
    SPARED.forEach(name -> held.put(name, new Held()));
    Map<Event, Integer> failed = new EnumMap<>(Event.class);
    ManagedChannel channel =
        SeveralServers.channel(List.of(site.entry("server"), site.entry("server-2")));
    Downloads downloads = Downloads.start(site.entryAddress(), DOWNLOAD_BYTES);
    calls.start(channel);
    calls.awaitMore();
    calls.assertNoneFailed("nothing");

    long begun = System.nanoTime();
    long end = begun + TimeUnit.MINUTES.toNanos(MINUTES);
    Iterator<Event> events = Iterators.cycle(Event.values());
    while (System.nanoTime() - end < 0) {
      long next = System.nanoTime() + BETWEEN.toNanos();
      Event event = events.next();
      chaos.make(event);
      calls.awaitMore();
      int lost =
          calls.assertFailed(
              event.toString(), "UNAVAILABLE.*|" + CountedCalls.SERVER_GONE, event.mostFailures());
      failed.merge(event, lost, Integer::sum);
      Eventually.pass(Duration.ofNanos(Math.max(1, next - System.nanoTime())));
      calls.assertNoneFailed("nothing after " + event);
      double seconds = (System.nanoTime() - begun) / 1e9;
      for (Map.Entry<String, Held> each : held.entrySet()) {
        each.getValue().look(seconds, site.process(each.getKey()).pid());
      }
      System.out.printf("SoakIT: %.0f s, %s, %d failed%n", seconds, event, lost);
    }
    calls.stopAndCount();
    int streamed = downloads.stop();
    channel.shutdownNow();
    System.out.printf(
        "SoakIT: %d calls, %d downloads; failed %s%n", calls.ended(), streamed, failed);
    held.forEach((name, what) -> System.out.printf("SoakIT: %s: %s%n", name, what));
    assertNothingLeft(site, held);
  }

  private static void assertNothingLeft(TunnelSite site, Map<String, Held> held) throws Exception {
    Eventually.holds("no call is left", () -> site.status().calls().running() == 0);
    String metrics = new AdminClient(site.admin(), null).get("/metrics");
    for (String gauge :
        List.of("adit_calls_running", "adit_promised_bytes", "adit_kept_request_bytes")) {
      assertTrue(metrics.contains("\n" + gauge + " 0.0\n"), gauge + " is not 0:\n" + metrics);
    }
    for (ChildProcess process : site.processes().values()) {
      String log = Files.readString(process.log());
      assertFalse(log.contains("OutOfMemory") || log.contains("LEAK"), log);
    }
    if (MINUTES >= MINUTES_FOR_A_TREND) {
      held.forEach((name, what) -> what.assertSteady(name));
    }
  }
}
