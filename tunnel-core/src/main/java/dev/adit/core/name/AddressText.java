package dev.adit.core.name;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * How an address is written for people: {@code 192.0.2.1:8003}, {@code [2001:db8::1]:8003}, as in
 * configuration files; without the name it was found by.
 */
public final class AddressText {
  private AddressText() {}

  /** An address that somebody dials, or is dialled from. */
  public static String of(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? NetUtil.toSocketAddressString(inet)
        : address.toString();
  }

  /**
   * An address that is listened on. A socket for all of IPv4 is one for all of IPv6 too and calls
   * itself so: it is written as it was asked for.
   *
   * @param wanted the host of the configuration
   */
  public static String ofListener(InetSocketAddress address, String wanted) {
    return address.getAddress().isAnyLocalAddress()
        ? NetUtil.toSocketAddressString(wanted, address.getPort())
        : of(address);
  }
}
