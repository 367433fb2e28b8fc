package dev.adit.server.admin.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.adit.server.calls.CallNumbers;
import dev.adit.server.calls.Durations;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Rates out of counts. */
final class RateHistoryTest {
  private final RateHistory history = new RateHistory();

  private void add(long ended, long failed, long second) {
    add(ended, failed, second, second);
  }

  private void add(long ended, long failed, long second, long timeOfDay) {
    history.add(
        new CallNumbers(ended, failed, 0, new Durations()),
        3,
        TimeUnit.SECONDS.toMillis(timeOfDay),
        TimeUnit.SECONDS.toNanos(second));
  }

  @Test
  void rateIsByTheTimeThatHasPassed() {
    add(100, 0, 1);
    assertNull(history.last(), "one moment is no second");
    add(150, 10, 3);
    RateHistory.Second second = Objects.requireNonNull(history.last());
    assertEquals(25, second.rate());
    assertEquals(5, second.failed());
    assertEquals(3, second.running());
    assertNull(second.p50());
  }

  @Test
  void noMoreIsKeptThanIsShown() {
    for (int i = 0; i < 1000; i++) {
      add(i, 0, i);
    }
    assertEquals(RateHistory.SECONDS, history.seconds().size());
    assertEquals(TimeUnit.SECONDS.toMillis(999), Objects.requireNonNull(history.last()).at());
  }

  @Test
  void clockThatIsSetBackLeavesThemInOrder() {
    for (int i = 0; i < 10; i++) {
      add(i, 0, i, 3600 + i);
    }
    add(12, 0, 10, 3605);
    assertEquals(
        List.of(3601L, 3602L, 3603L, 3604L, 3605L),
        history.seconds().stream()
            .map(each -> TimeUnit.MILLISECONDS.toSeconds(each.at()))
            .toList());
    assertEquals(3, Objects.requireNonNull(history.last()).rate());
  }
}
