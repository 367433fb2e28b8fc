package dev.adit.agent.tunnel;

import dev.adit.agent.config.ProxyConfig;
import dev.adit.core.config.HostPort;
import dev.adit.core.name.AddressText;
import dev.adit.core.wire.FrameLimits;
import io.grpc.HttpConnectProxiedSocketAddress;
import io.grpc.ManagedChannel;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Where a server is and a gRPC channel to it: one TCP connection on a chosen loop. */
final class TunnelChannels implements TunnelDialer.Network {
  /** The carrier's window never holds a call back: credit does. */
  private static final int CARRIER_WINDOW_BYTES = 16 << 20;

  private static final long NOT_SENT_LOWAT_BYTES = 128 * 1024;
  private static final int CONNECT_TIMEOUT_MILLIS = 5000;
  private static final int KEEPALIVE_SECONDS = 10;
  private static final int KEEPALIVE_TIMEOUT_SECONDS = 5;

  private final TunnelPlan plan;

  TunnelChannels(TunnelPlan plan) {
    this.plan = plan;
  }

  /**
   * Every address of a server; behind a proxy its name, which the proxy resolves. Blocks: never on
   * an event loop.
   *
   * @throws UnknownHostException if the name, or the proxy's, has no address
   */
  @Override
  public List<SocketAddress> resolve(HostPort server) throws UnknownHostException {
    ProxyConfig proxy = plan.proxy();
    if (proxy != null && !proxy.isBypassedBy(server.host())) {
      InetAddress proxyAddress = InetAddress.getByName(proxy.address().host());
      HttpConnectProxiedSocketAddress.Builder through =
          HttpConnectProxiedSocketAddress.newBuilder()
              .setTargetAddress(InetSocketAddress.createUnresolved(server.host(), server.port()))
              .setProxyAddress(new InetSocketAddress(proxyAddress, proxy.address().port()));
      if (proxy.user() != null && proxy.password() != null) {
        through.setUsername(proxy.user()).setPassword(proxy.password());
      }
      return List.of(through.build());
    }
    return Arrays.stream(InetAddress.getAllByName(server.host()))
        .<SocketAddress>map(address -> new InetSocketAddress(address, server.port()))
        .toList();
  }

  /** An address of {@link #resolve} for people. */
  static String text(SocketAddress address) {
    return address instanceof HttpConnectProxiedSocketAddress through
        ? AddressText.of(through.getTargetAddress())
            + " through "
            + AddressText.of(through.getProxyAddress())
        : AddressText.of(address);
  }

  /** The same with the name that it was found by, where there is one. */
  static String text(HostPort server, SocketAddress address) {
    String numbers = text(address);
    return numbers.startsWith(server.toString()) ? numbers : server + " at " + numbers;
  }

  @Override
  public ManagedChannel newChannel(HostPort server, SocketAddress address, EventLoop loop) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(unnamed(address))
            .overrideAuthority(authority(server))
            .eventLoopGroup(loop)
            .channelType(plan.loops().channelType())
            .withOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .directExecutor()
            .disableRetry()
            .initialFlowControlWindow(CARRIER_WINDOW_BYTES)
            .maxInboundMessageSize(FrameLimits.LARGEST_MESSAGE_BYTES)
            .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .keepAliveWithoutCalls(true);
    if (plan.loops().notSentLowat() != null) {
      builder.withOption(plan.loops().notSentLowat(), NOT_SENT_LOWAT_BYTES);
    }
    if (plan.tls() != null) {
      builder.negotiationType(NegotiationType.TLS).sslContext(plan.tls());
    } else {
      builder.negotiationType(NegotiationType.PLAINTEXT);
    }
    return builder.build();
  }

  /**
   * An address without the name that it was found by: gRPC reads that as the host of a URI, though
   * it takes our authority then, and refuses one that no URI has, such as one with an underscore.
   */
  private static SocketAddress unnamed(SocketAddress address) {
    if (!(address instanceof InetSocketAddress named) || named.isUnresolved()) {
      return address;
    }
    try {
      byte[] bytes = named.getAddress().getAddress();
      InetAddress bare =
          named.getAddress() instanceof Inet6Address scoped && scoped.getScopeId() != 0
              ? Inet6Address.getByAddress(null, bytes, scoped.getScopeId())
              : InetAddress.getByAddress(bytes);
      return new InetSocketAddress(bare, named.getPort());
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** What the server is called, which is also what TLS verifies. */
  private String authority(HostPort server) {
    String name = plan.tlsConfig().serverName();
    if (name != null) {
      return name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name;
    }
    // Of a name that is none in a URI gRPC takes the whole for the host, with its port.
    boolean isWhole = plan.tls() != null && URI.create("//" + server).getHost() == null;
    return isWhole ? server.host() : server.toString();
  }
}
