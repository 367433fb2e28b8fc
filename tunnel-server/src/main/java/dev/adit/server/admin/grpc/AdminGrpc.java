package dev.adit.server.admin.grpc;

import dev.adit.core.admin.Http2Side;
import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.FloodHandler;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.core.http2.flood.FloodLog;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ChannelzService;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC server behind the admin port. It listens inside this process only; connections are
 * passed on to it. Any thread.
 */
public final class AdminGrpc implements Http2Side {
  private static final int MAX_MESSAGE_BYTES = 64 * 1024;
  private static final int MAX_METADATA_BYTES = 16 * 1024;
  private static final int MAX_CALLS = 100;
  private static final int IDLE_MINUTES = 5;
  private static final int PING_SECONDS = 5;
  private static final int CHANNELZ_PAGE = 100;
  private static final int CLOSE_SECONDS = 1;

  /** Connections are counted where they are accepted. */
  private static final ConnectionLimits LIMITS =
      new ConnectionLimits(
          Duration.ofSeconds(5), Integer.MAX_VALUE, Integer.MAX_VALUE, FloodLimits.DEFAULT);

  private final FloodLog floods = new FloodLog("to the admin port");
  private final LocalAddress address = new LocalAddress("admin-" + UUID.randomUUID());
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("admin-grpc", true), LocalIoHandler.newFactory());
  private final Server server;

  @SuppressWarnings("deprecation") // reflection v1alpha: older tools ask for nothing else
  private AdminGrpc(Supplier<@Nullable String> token, ServingStates states) throws IOException {
    server =
        NettyServerBuilder.forAddress(address)
            .channelType(LocalServerChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            // gRPC sets it on every connection, and Netty warns each time: these know no such
            // thing.
            .withChildOption(ChannelOption.SO_KEEPALIVE, null)
            .directExecutor()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .maxInboundMetadataSize(MAX_METADATA_BYTES)
            .maxConcurrentCallsPerConnection(MAX_CALLS)
            .maxConnectionIdle(IDLE_MINUTES, TimeUnit.MINUTES)
            .permitKeepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .intercept(new TokenCheck(token))
            .addService(new HealthService(states, loops.next()))
            .addService(ProtoReflectionServiceV1.newInstance())
            .addService(ProtoReflectionService.newInstance())
            .addService(ChannelzService.newInstance(CHANNELZ_PAGE))
            .build()
            .start();
  }

  /**
   * Starts it.
   *
   * @param token gives at each call what is demanded of every caller but for the health of the
   *     server itself; null: of none
   */
  public static AdminGrpc start(Supplier<@Nullable String> token, ServingStates states)
      throws IOException {
    return new AdminGrpc(token, states);
  }

  @Override
  public SocketAddress address() {
    return address;
  }

  @Override
  public EventLoopGroup loops() {
    return loops;
  }

  /** What strangers may send before a token is asked for; who asks for health needs none. */
  @Override
  public ChannelHandler newGuard() {
    return new FloodHandler(LIMITS, floods::passed);
  }

  @Override
  public void close() {
    try {
      server.shutdownNow().awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
