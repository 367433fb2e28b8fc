package dev.adit.core.peer;

import static dev.adit.core.peer.PeerCounts.Verdict.MAY_STAY;
import static dev.adit.core.peer.PeerCounts.Verdict.TOO_MANY;
import static dev.adit.core.peer.PeerCounts.Verdict.TOO_MANY_OF_ONE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.junit.jupiter.api.Test;

/** How many connections are let in, in all and of one network. */
final class PeerCountsTest {
  private final PeerCounts counts = new PeerCounts(4, 2);

  private static Channel from(String address) {
    return new EmbeddedChannel() {
      @Override
      protected SocketAddress remoteAddress0() {
        return new InetSocketAddress(address, 40_000);
      }
    };
  }

  @Test
  void connectionsOfOneNetworkAreCountedTogether() {
    Channel first = from("2001:db8:0:1::1");
    assertEquals(MAY_STAY, counts.tryAdd(first));
    assertEquals(MAY_STAY, counts.tryAdd(from("2001:db8:0:1::2")));
    assertEquals(TOO_MANY_OF_ONE, counts.tryAdd(from("2001:db8:0:1::3")));
    assertEquals(MAY_STAY, counts.tryAdd(from("2001:db8:0:2::1")), "another network");
    first.close();
    assertEquals(MAY_STAY, counts.tryAdd(from("2001:db8:0:1::3")), "one has gone");
  }

  @Test
  void connectionsThatAreRefusedAreNotCounted() {
    for (int i = 1; i <= 2; i++) {
      assertEquals(MAY_STAY, counts.tryAdd(from("192.0.2." + i)));
      assertEquals(MAY_STAY, counts.tryAdd(from("192.0.2." + i)));
      assertEquals(i == 1 ? TOO_MANY_OF_ONE : TOO_MANY, counts.tryAdd(from("192.0.2." + i)));
    }
    assertEquals(TOO_MANY, counts.tryAdd(from("192.0.2.3")));
  }
}
