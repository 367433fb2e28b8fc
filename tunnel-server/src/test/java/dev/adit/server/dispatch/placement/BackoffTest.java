package dev.adit.server.dispatch.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.GrpcCode;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.http2.HeaderNames;
import dev.adit.server.policy.RetryPolicy;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The waits of a policy that begins with 100 ms, doubles, and ends at 350 ms. */
final class BackoffTest {
  private static final RetryPolicy POLICY =
      new RetryPolicy(
          9, Duration.ofMillis(100), Duration.ofMillis(350), 2, Set.of(GrpcCode.UNAVAILABLE), null);

  private final Backoff backoff = new Backoff(POLICY);

  private static HeaderFields pushback(String text) {
    return new HeaderFields().add(HeaderNames.GRPC_RETRY_PUSHBACK_MS, AsciiString.of(text));
  }

  private static void assertAbout(long millis, long nanos) {
    assertTrue(nanos >= millis * 800_000 && nanos <= millis * 1_200_000, millis + " ms: " + nanos);
  }

  @Test
  void waitsGrowUpToTheLongest() {
    for (int millis : new int[] {100, 200, 350, 350, 350}) {
      assertAbout(millis, backoff.nextNanos(new HeaderFields()));
    }
  }

  @Test
  void firstWaitIsNoLongerThanTheLongest() {
    Backoff cut =
        new Backoff(
            new RetryPolicy(2, Duration.ofSeconds(9), Duration.ofMillis(10), 2, Set.of(), null));
    assertAbout(10, cut.nextNanos());
  }

  @Test
  void pushbackIsObeyedToTheMillisecondAndStartsTheTimesOver() {
    assertAbout(100, backoff.nextNanos());
    assertAbout(200, backoff.nextNanos());
    assertEquals(7_000_000, backoff.nextNanos(pushback("7")));
    assertAbout(100, backoff.nextNanos());
  }

  @Test
  void pushbackOfNothingMeansAtOnce() {
    assertEquals(0, backoff.nextNanos(pushback("0")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "-2147483648", "2147483648", "1.5", "soon", ""})
  void anyOtherPushbackForbidsARetry(String text) {
    assertEquals(Backoff.NEVER, backoff.nextNanos(pushback(text)));
  }
}
