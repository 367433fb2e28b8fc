package dev.adit.server.tunnel.listener;

import dev.adit.core.http2.HandshakeWatch;
import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.process.EventLoops;
import dev.adit.core.tunnel.grpc.ArrivingBytes;
import dev.adit.core.wire.FrameLimits;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The listener that agents dial: gRPC on the same event loops as the entry, so that a call and its
 * tunnel share one.
 */
public final class TunnelServer {
  /** The carrier's window never holds a call back: credit does. */
  private static final int CARRIER_WINDOW_BYTES = 16 << 20;

  private static final long NOT_SENT_LOWAT_BYTES = 128 * 1024;

  /** An agent holds one stream a connection; a few more cover the moment of a renewal. */
  private static final int MAX_STREAMS = 4;

  /** Without a tunnel, after which a connection is of no use. */
  private static final int IDLE_SECONDS = 10;

  private static final int MAX_METADATA_BYTES = 16 * 1024;

  /** After an outage; a thousand agents are back within 4 s. */
  private static final int ACCEPTS_PER_SECOND = 300;

  /** Those that have not been accepted yet; the kernel may allow fewer. */
  private static final int BACKLOG = 4096;

  private final Server server;

  private TunnelServer(Server server) {
    this.server = server;
  }

  /**
   * Listens; blocks until it does.
   *
   * @param tls null: clear text
   * @param onFlood told the limit that a connection has passed
   * @param handshakes told of TLS that fails
   * @throws IOException if an address cannot be had
   */
  public static TunnelServer start(
      List<InetSocketAddress> addresses,
      @Nullable SslContext tls,
      ConnectionLimits limits,
      BiConsumer<Flood, SocketAddress> onFlood,
      HandshakeWatch handshakes,
      EventLoops loops,
      ServerServiceDefinition service)
      throws IOException {
    TunnelDoor door = new TunnelDoor(limits, onFlood);
    NettyServerBuilder builder = NettyServerBuilder.forAddress(addresses.get(0));
    addresses.stream().skip(1).forEach(builder::addListenAddress);
    builder
        .bossEventLoopGroup(loops.group())
        .workerEventLoopGroup(loops.group())
        .channelFactory(() -> listener(loops, door, onFlood))
        .protocolNegotiator(new GuardedNegotiator(tls, limits, onFlood, handshakes))
        .withOption(ChannelOption.SO_BACKLOG, BACKLOG)
        .withChildOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        .directExecutor()
        .addStreamTracerFactory(ArrivingBytes.factory())
        .initialFlowControlWindow(CARRIER_WINDOW_BYTES)
        .maxInboundMessageSize(FrameLimits.LARGEST_MESSAGE_BYTES)
        .maxInboundMetadataSize(MAX_METADATA_BYTES)
        .maxConcurrentCallsPerConnection(MAX_STREAMS)
        .maxConnectionIdle(IDLE_SECONDS, TimeUnit.SECONDS)
        // The guard counts pings, and says so.
        .permitKeepAliveTime(0, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .addService(service);
    if (loops.notSentLowat() != null) {
      builder.withChildOption(loops.notSentLowat(), NOT_SENT_LOWAT_BYTES);
    }
    return new TunnelServer(builder.build().start());
  }

  private static ServerChannel listener(
      EventLoops loops, TunnelDoor door, BiConsumer<Flood, SocketAddress> onFlood) {
    ServerChannel listener = new ReflectiveChannelFactory<>(loops.serverChannelType()).newChannel();
    listener.pipeline().addLast(new AcceptPace(ACCEPTS_PER_SECOND, onFlood), door);
    return listener;
  }

  /** Where it listens. */
  public List<InetSocketAddress> addresses() {
    return server.getListenSockets().stream().map(InetSocketAddress.class::cast).toList();
  }

  /** Takes no new tunnels; those that are up stay. */
  public void stopListening() {
    server.shutdown();
  }

  /** Ends every tunnel now. */
  public void close() {
    server.shutdownNow();
  }
}
