package dev.adit.server.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** How long those wait who try credentials. */
final class WrongCredentialsTest {
  private final WrongCredentials wrong = new WrongCredentials();
  private long now;

  @Test
  void theFirstFewAreToldAtOnceAndTheRestLaterAndLater() {
    long[] delays = {0, 0, 0, 250, 500, 1000, 2000, 4000, 8000, 8000, 8000};
    for (long delay : delays) {
      assertEquals(delay, wrong.delayMillis("192.0.2.1", now));
      now++;
    }
    assertEquals(0, wrong.delayMillis("192.0.2.2", now), "another address");
    now += WrongCredentials.WINDOW.toNanos();
    assertEquals(0, wrong.delayMillis("192.0.2.1", now), "a minute later");
  }

  @Test
  void whoGoesOnIsToldOfEverMoreSeldom() {
    StringBuilder told = new StringBuilder();
    for (int i = 1; i <= 70; i++) {
      wrong.delayMillis("192.0.2.1", now);
      told.append(wrong.isTold("192.0.2.1") ? " " + i : "");
    }
    assertEquals(" 1 2 3 4 8 16 32 64", told.toString());
    now += WrongCredentials.WINDOW.toNanos();
    wrong.delayMillis("192.0.2.1", now);
    assertEquals(true, wrong.isTold("192.0.2.1"), "a minute later");
  }

  @Test
  void addressesThatAreRememberedAreBounded() {
    for (int i = 0; i < WrongCredentials.MOST_ADDRESSES + 500; i++) {
      wrong.delayMillis("host-" + i, now);
    }
    assertEquals(WrongCredentials.MOST_ADDRESSES, wrong.addresses());
  }
}
