package dev.adit.core.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What limits for each address count: an IPv4 address, or of an IPv6 address its first 64 bits, for
 * whoever has one address of such a network has all 2^64 of them. An IPv4 address inside of IPv6
 * ({@code ::ffff:192.0.2.1}) is the IPv4 address. Immutable; any thread.
 *
 * @param ip6 whether {@code bits} are the first of an IPv6 address
 * @param bits of the address
 */
public record PeerNetwork(boolean ip6, long bits) {
  private static final int IP6_BYTES = 16;

  /** What stands before an IPv4 address inside of IPv6, behind 64 bits of zero. */
  private static final int MAPPED = 0xffff;

  /** Of peers without an IP address. */
  private static final PeerNetwork NONE = new PeerNetwork(false, 0);

  /** The network of who is connected from an address; null: of one that has gone already. */
  public static PeerNetwork of(@Nullable SocketAddress remote) {
    return remote instanceof InetSocketAddress inet && inet.getAddress() != null
        ? of(inet.getAddress())
        : NONE;
  }

  /** The network of an address. */
  public static PeerNetwork of(InetAddress address) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    if (bytes.remaining() != IP6_BYTES) {
      return new PeerNetwork(false, bytes.getInt());
    }
    long first = bytes.getLong();
    return first == 0 && bytes.getInt() == MAPPED
        ? new PeerNetwork(false, bytes.getInt())
        : new PeerNetwork(true, first);
  }
}
