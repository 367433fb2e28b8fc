package dev.adit.server.admin.live;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adit.core.admin.AdminViewer;
import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.calls.RunningCalls;
import dev.adit.server.config.AccessLogConfig;
import dev.adit.server.metrics.CallMetrics;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.routing.Router;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.rules.check.LintFinding;
import dev.adit.server.rules.reload.ReloadStatus;
import io.netty.buffer.ByteBuf;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Who is told what, how often, and who is let go. */
@Execution(ExecutionMode.CONCURRENT)
final class LiveFeedTest {
  private static final Duration BOUND = Duration.ofSeconds(20);

  private static final LintFinding ODD =
      new LintFinding("r.yaml:3", LintFinding.Kind.RULE, "r", "is odd");

  private final AtomicInteger warned = new AtomicInteger();
  private final LiveFeed feed =
      new LiveFeed(
          new LiveSources(
              "1",
              Instant.EPOCH,
              () -> false,
              () -> 7,
              () -> 9,
              () -> 2,
              () -> 0.25,
              new RunningCalls(
                  new AccessLog(
                      AccessLogConfig.of(AccessLogConfig.Format.OFF),
                      OutputStream.nullOutputStream(),
                      Clock.systemUTC())),
              new CallMetrics(new PrometheusRegistry()),
              new AgentRegistry(),
              new Router(RoutingTable.EMPTY),
              () -> new ReloadStatus("h", Instant.EPOCH, 0, 0, 1, 0, List.of(), List.of(ODD)),
              () -> {
                warned.incrementAndGet();
                return List.of("line\nend </script>");
              }));

  LiveFeedTest() throws IOException {}

  @AfterEach
  void close() {
    feed.close();
  }

  /** Keeps what it is told; reads at once, or never. */
  private static class Viewer implements AdminViewer {
    private final boolean reads;
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private volatile Runnable gone = () -> {};
    private final AtomicInteger offers = new AtomicInteger();
    private volatile boolean dropped;

    Viewer(boolean reads) {
      this.reads = reads;
    }

    @Override
    public boolean offer(ByteBuf event) {
      offers.incrementAndGet();
      if (reads) {
        told.add(event.toString(StandardCharsets.UTF_8));
      }
      return reads;
    }

    @Override
    public void drop() {
      dropped = true;
      gone.run();
    }

    @Override
    public void onGone(Runnable then) {
      gone = then;
    }

    List<String> events(String name) {
      return told.stream().filter(text -> text.startsWith("event: " + name + "\n")).toList();
    }
  }

  private Viewer join(boolean reads) {
    Viewer viewer = new Viewer(reads);
    assertNull(feed.refusal());
    feed.join(viewer);
    return viewer;
  }

  @Test
  void viewerIsToldTheHistoryOnceAndAPictureEachSecond() {
    feed.start();
    Viewer viewer = join(true);
    await().atMost(BOUND).until(() -> viewer.events("picture").size() >= 3);
    assertTrue(viewer.told.get(0).startsWith("event: history\ndata: ["), viewer.told.get(0));
    assertEquals(1, viewer.events("history").size());
    String event = viewer.events("picture").get(2);
    assertEquals(2, event.strip().lines().count(), "an event is one line of data");
    JsonObject picture =
        JsonParser.parseString(event.substring(event.indexOf('{'))).getAsJsonObject();
    assertEquals("running", picture.get("state").getAsString());
    assertEquals(7, picture.get("running").getAsInt());
    assertEquals(
        "line\nend </script>", picture.get("warnings").getAsJsonArray().get(0).getAsString());
    assertEquals(ODD.toString(), picture.get("warnings").getAsJsonArray().get(1).getAsString());
    assertNotNull(picture.get("second"));
  }

  @Test
  void whoComesLaterSeesWhatWasAndWhoHasGoneIsToldNothing() {
    feed.start();
    Viewer first = join(true);
    await().atMost(BOUND).until(() -> !first.events("picture").isEmpty());
    first.drop();
    int before = first.told.size();
    await()
        .atMost(BOUND)
        .until(
            () -> {
              Viewer later = join(true);
              await().atMost(BOUND).until(() -> !later.told.isEmpty());
              later.drop();
              return later.told.get(0).split("\"at\"", -1).length > 4;
            });
    assertTrue(first.told.size() <= before + 1, "one may have been on its way");
    assertEquals(0, feed.viewers());
  }

  @Test
  void viewersAreCountedAndPlacesBecomeFree() {
    List<Viewer> all = new ArrayList<>();
    for (int i = 0; i < LiveFeed.MAX_VIEWERS; i++) {
      all.add(join(true));
    }
    assertEquals(503, feed.refusal() == null ? 0 : feed.refusal().status());
    all.get(3).drop();
    assertNull(feed.refusal());
  }

  @Test
  void viewerThatDoesNotReadIsLetGoAndHoldsUpNobody() {
    feed.start();
    Viewer reading = join(true);
    Viewer stuck = join(false);
    await().atMost(BOUND).until(() -> stuck.dropped);
    int before = reading.events("picture").size();
    await().atMost(BOUND).until(() -> reading.events("picture").size() > before);
    assertTrue(!reading.dropped);
    assertEquals(1, feed.viewers());
  }

  /** Its connection has ended while its head was written. */
  @Test
  void viewerThatHasGoneBeforeItJoinsIsForgotten() {
    feed.start();
    Viewer reading = join(true);
    Viewer gone =
        new Viewer(false) {
          @Override
          public void onGone(Runnable then) {
            then.run();
          }
        };
    feed.join(gone);
    assertEquals(1, feed.viewers());
    await().atMost(BOUND).until(() -> reading.events("picture").size() >= 4);
    assertTrue(gone.offers.get() <= 2, gone.offers::toString);
  }

  @Test
  void warningsAreNotAskedForEachSecond() {
    feed.start();
    Viewer viewer = join(true);
    await().atMost(BOUND).until(() -> viewer.events("picture").size() >= 4);
    assertEquals(1, warned.get());
  }
}
