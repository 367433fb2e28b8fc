package dev.adit.server.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.server.policy.RateLimit;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RateLimiterTest {
  private static final Ticker START = Ticker.newMockTicker();

  private static final long SECOND = 1_000_000_000L;
  private static final AsciiString TENANT = AsciiString.of("x-tenant");

  @Test
  void burstIsAllowedAtOnceAndThenOneCallAtATime() {
    RateLimiter limiter = limiter(10, 3, null);
    long now = -5 * SECOND;
    for (int i = 0; i < 3; i++) {
      assertEquals(0, limiter.take(tenant("a"), now));
    }
    assertEquals(SECOND / 10, limiter.take(tenant("a"), now));
    assertEquals(1, limiter.take(tenant("a"), now + SECOND / 10 - 1));
    assertEquals(0, limiter.take(tenant("a"), now + SECOND / 10));
    assertTrue(limiter.take(tenant("a"), now + SECOND / 10) > 0);
  }

  @Test
  void refusedCallsCostNothing() {
    RateLimiter limiter = limiter(1, 1, null);
    assertEquals(0, limiter.take(tenant("a"), 0));
    for (int i = 0; i < 100; i++) {
      assertEquals(SECOND, limiter.take(tenant("a"), 0));
    }
    assertEquals(0, limiter.take(tenant("a"), SECOND));
  }

  @Test
  void bucketNeverHoldsMoreThanItsBurst() {
    RateLimiter limiter = limiter(10, 2, null);
    assertEquals(0, limiter.take(tenant("a"), 0));
    long later = 1000 * SECOND;
    assertEquals(0, limiter.take(tenant("a"), later));
    assertEquals(0, limiter.take(tenant("a"), later));
    assertTrue(limiter.take(tenant("a"), later) > 0);
  }

  @Test
  void rateHoldsOverTime() {
    RateLimiter limiter = limiter(100, 1, null);
    int allowed = 0;
    for (long now = 0; now < 10 * SECOND; now += SECOND / 1000) {
      allowed += limiter.take(tenant("a"), now) == 0 ? 1 : 0;
    }
    assertEquals(1000, allowed);
  }

  @Test
  void eachHeaderValueHasABucketOfItsOwn() {
    RateLimiter limiter = limiter(1, 1, TENANT);
    assertEquals(0, limiter.take(tenant("a"), 0));
    assertEquals(0, limiter.take(tenant("b"), 0));
    assertEquals(0, limiter.take(new HeaderFields(), 0));
    assertTrue(limiter.take(tenant("a"), 0) > 0);
    assertTrue(limiter.take(new HeaderFields(), 0) > 0);
  }

  @Test
  void keysAreCopiedFromTheCallsBytes() {
    RateLimiter limiter = limiter(1, 1, TENANT);
    byte[] bytes = "xxay".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    HeaderFields fields = new HeaderFields();
    fields.add(TENANT, new AsciiString(bytes, 2, 1, false));
    assertEquals(0, limiter.take(fields, 0));
    bytes[2] = 'z';
    assertTrue(limiter.take(tenant("a"), 0) > 0);
  }

  @Test
  void longKeysShareOneBucket() {
    RateLimiter limiter = limiter(1, 1, TENANT);
    assertEquals(0, limiter.take(tenant("a".repeat(300)), 0));
    assertTrue(limiter.take(tenant("b".repeat(300)), 0) > 0);
  }

  @Test
  void bucketOutlivesAReloadThatLeavesTheLimit() {
    RateLimit limit = new RateLimit(1, Duration.ofSeconds(1), 1, null);
    RateLimit other = new RateLimit(2, Duration.ofSeconds(1), 2, null);
    Route first =
        Route.of(TestRules.rule("r", List.of(TestRules.share("a", 1)), limit), null, null);
    assertEquals(0, first.nanosUntilAllowed(new HeaderFields(), START));
    Route same =
        Route.of(TestRules.rule("r", List.of(TestRules.share("b", 1)), limit), first, null);
    assertTrue(same.nanosUntilAllowed(new HeaderFields(), START) > 0);
    Route changed =
        Route.of(TestRules.rule("r", List.of(TestRules.share("a", 1)), other), first, null);
    assertEquals(0, changed.nanosUntilAllowed(new HeaderFields(), START));
  }

  private static RateLimiter limiter(int calls, int burst, @Nullable AsciiString key) {
    return new RateLimiter(new RateLimit(calls, Duration.ofSeconds(1), burst, key));
  }

  private static HeaderFields tenant(String value) {
    HeaderFields fields = new HeaderFields();
    fields.add(TENANT, AsciiString.of(value));
    return fields;
  }
}
