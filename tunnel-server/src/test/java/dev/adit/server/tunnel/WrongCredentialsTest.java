package dev.adit.server.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.peer.PeerNetwork;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** How long those wait who try credentials. */
final class WrongCredentialsTest {
  private static final PeerNetwork ONE = from("192.0.2.1");

  private final WrongCredentials wrong = new WrongCredentials();
  private long now;

  @Test
  void theFirstFewAreToldAtOnceAndTheRestLaterAndLater() {
    long[] delays = {0, 0, 0, 250, 500, 1000, 2000, 4000, 8000, 8000, 8000};
    for (long delay : delays) {
      assertEquals(delay, wrong.delayMillis(ONE, now));
      now++;
    }
    assertEquals(0, wrong.delayMillis(from("192.0.2.2"), now), "another address");
    now += WrongCredentials.WINDOW.toNanos();
    assertEquals(0, wrong.delayMillis(ONE, now), "a minute later");
  }

  private static PeerNetwork from(String address) {
    return PeerNetwork.of(new InetSocketAddress(address, 40_000));
  }

  @Test
  void whoChangesItsAddressWithinItsNetworkIsSlowedAllTheSame() {
    for (int i = 0; i < 4; i++) {
      wrong.delayMillis(from("2001:db8:0:1::" + i), now);
    }
    assertEquals(500, wrong.delayMillis(from("2001:db8:0:1:ffff::9"), now));
    assertEquals(0, wrong.delayMillis(from("2001:db8:0:2::9"), now), "another network");
  }

  @Test
  void whoGoesOnIsToldOfEverMoreSeldom() {
    StringBuilder told = new StringBuilder();
    for (int i = 1; i <= 70; i++) {
      wrong.delayMillis(ONE, now);
      told.append(wrong.isTold(ONE) ? " " + i : "");
    }
    assertEquals(" 1 2 3 4 8 16 32 64", told.toString());
    now += WrongCredentials.WINDOW.toNanos();
    wrong.delayMillis(ONE, now);
    assertEquals(true, wrong.isTold(ONE), "a minute later");
  }

  @Test
  void networksThatAreRememberedAreBounded() {
    for (int i = 0; i < WrongCredentials.MOST_NETWORKS + 500; i++) {
      wrong.delayMillis(from("10.0." + (i >> 8) + "." + (i & 0xff)), now);
    }
    assertEquals(WrongCredentials.MOST_NETWORKS, wrong.networks());
  }
}
