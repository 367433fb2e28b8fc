package dev.adit.core.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What counts as one peer where peers are counted by their address. */
final class PeerNetworkTest {

  private static PeerNetwork of(String address) {
    try {
      return PeerNetwork.of(InetAddress.getByName(address));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.2, false",
    "2001:db8:0:1::1, 2001:db8:0:1:ffff:ffff:ffff:ffff, true",
    "2001:db8:0:1::1, 2001:db8:0:2::1, false",
    "::ffff:192.0.2.1, 192.0.2.1, true",
    "::1, 0.0.0.0, false",
  })
  void addressesOfOneNetworkAreOnePeer(String one, String other, boolean same) {
    assertEquals(same, of(one).equals(of(other)));
  }

  @Test
  void addressOfTheOtherFamilyInsideOfOneIsWhatItHolds() throws UnknownHostException {
    byte[] mapped = new byte[16];
    mapped[10] = (byte) 0xff;
    mapped[11] = (byte) 0xff;
    mapped[12] = (byte) 192;
    mapped[14] = 2;
    mapped[15] = 1;
    // As a native transport may hand it on: the JDK's own factories make an IPv4 address of it.
    InetAddress address = Inet6Address.getByAddress(null, mapped, 0);
    assertEquals(of("192.0.2.1"), PeerNetwork.of(address));
  }

  @Test
  void whoHasNoAddressIsOfOneNetworkToo() {
    assertEquals(
        PeerNetwork.of((InetSocketAddress) null),
        PeerNetwork.of(InetSocketAddress.createUnresolved("a.example", 5)));
  }
}
