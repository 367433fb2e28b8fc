package dev.adit.server.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.name.GroupName;
import dev.adit.server.policy.GroupShare;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SplitTest {

  @Test
  void picksAreSpreadSmoothly() {
    Split split = split(TestRules.share("a", 5), TestRules.share("b", 1), TestRules.share("c", 1));
    StringBuilder picks = new StringBuilder();
    for (int i = 0; i < 14; i++) {
      picks.append(split.choose(any -> true));
    }
    assertEquals("aabacaaaabacaa", picks.toString());
  }

  @Test
  void sharesAreExactOverTenThousandCalls() {
    Split split = split(TestRules.share("a", 90), TestRules.share("b", 10));
    Map<@Nullable GroupName, Integer> counts = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      counts.merge(split.choose(any -> true), 1, Integer::sum);
    }
    assertEquals(Map.of(new GroupName("a"), 9000, new GroupName("b"), 1000), counts);
  }

  @Test
  void sharesAreExactWhenManyThreadsAsk() throws InterruptedException {
    Split split = split(TestRules.share("a", 3), TestRules.share("b", 1));
    Map<GroupName, Integer> counts = new ConcurrentHashMap<>();
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(
              () -> {
                awaitQuietly(start);
                for (int i = 0; i < 1000; i++) {
                  @Nullable GroupName group = split.choose(any -> true);
                  if (group != null) {
                    counts.merge(group, 1, Integer::sum);
                  }
                }
              });
      thread.start();
      threads.add(thread);
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(Map.of(new GroupName("a"), 3000, new GroupName("b"), 1000), counts);
  }

  @Test
  void partWithoutLiveAgentYieldsItsShareInProportion() {
    Split split =
        split(TestRules.share("a", 50), TestRules.share("b", 30), TestRules.share("c", 10));
    Map<@Nullable GroupName, Integer> counts = new HashMap<>();
    for (int i = 0; i < 4000; i++) {
      counts.merge(split.choose(group -> !group.value().equals("a")), 1, Integer::sum);
    }
    assertEquals(Map.of(new GroupName("b"), 3000, new GroupName("c"), 1000), counts);
  }

  @Test
  void noLiveGroupIsNoGroup() {
    assertEquals(null, split(TestRules.share("a", 1)).choose(group -> false));
    assertEquals(
        null, split(TestRules.share("a", 1), TestRules.share("b", 1)).choose(group -> false));
  }

  @Test
  void fallbackIsForWhenNoPartIsLive() {
    Route route = Route.of(TestRules.rule("r", List.of(TestRules.share("a", 1)), null), null, null);
    assertEquals(new GroupName("a"), route.chooseGroup(group -> true));
    assertEquals(new GroupName("spare"), route.chooseGroup(group -> group.value().equals("spare")));
    assertEquals(null, route.chooseGroup(group -> false));
  }

  @Test
  void turnsGoOnAfterAReload() {
    List<GroupShare> to = List.of(TestRules.share("a", 1), TestRules.share("b", 1));
    Route before = Route.of(TestRules.rule("r", to, null), null, null);
    assertEquals(new GroupName("a"), before.chooseGroup(group -> true));
    Route after = Route.of(TestRules.rule("r", to, null), before, null);
    assertEquals(new GroupName("b"), after.chooseGroup(group -> true));
    assertTrue(after != before);
  }

  private static Split split(GroupShare... parts) {
    return new Split(List.of(parts));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
