package dev.adit.agent.backend.connection;

import dev.adit.core.config.HostPort;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.process.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Dials the backends of one upstream.
 *
 * @param tls null: clear text HTTP/2 with prior knowledge
 * @param serverName the name to verify; null: the backend's host
 * @param minConnections kept open to each backend, per event loop
 * @param maxConnections opened to each backend at most, per event loop
 * @param windows what a backend may send on a stream before it moves on
 */
public record BackendConnector(
    EventLoops loops,
    @Nullable SslContext tls,
    @Nullable String serverName,
    int minConnections,
    int maxConnections,
    ReceiveWindows.Sizes windows) {
  /** How long a backend may take to accept, and to say that it speaks HTTP/2. */
  public static final int CONNECT_TIMEOUT_MILLIS = 2000;

  private static final int USER_TIMEOUT_MILLIS = 20_000;
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString HTTPS = AsciiString.cached("https");

  /** What backends see in :scheme. */
  public AsciiString scheme() {
    return tls == null ? HTTP : HTTPS;
  }

  /**
   * Begins to dial; the connection tells its owner how it went. The name is resolved anew, by the
   * JDK, off the loop.
   */
  public void connect(HostPort address, EventLoop loop, BackendConnection connection) {
    Bootstrap bootstrap =
        newBootstrap(loop, CONNECT_TIMEOUT_MILLIS)
            .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            // What the backend has said before its end is still there to be read.
            .option(ChannelOption.AUTO_CLOSE, false)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (tls != null) {
                      channel.pipeline().addLast(tlsHandler(tls, channel, address));
                    }
                    channel.pipeline().addLast(connection);
                  }
                });
    if (EpollSocketChannel.class.equals(loops.channelType())) {
      bootstrap.option(EpollChannelOption.TCP_USER_TIMEOUT, USER_TIMEOUT_MILLIS);
    }
    ChannelFuture connected =
        bootstrap.connect(InetSocketAddress.createUnresolved(address.host(), address.port()));
    connected.addListener(
        done -> {
          if (!done.isSuccess()) {
            connection.onConnectFailed(BackendConnection.text(done.cause()));
          }
        });
  }

  private Bootstrap newBootstrap(EventLoop loop, int timeoutMillis) {
    return new Bootstrap()
        .group(loop)
        .channel(loops.channelType())
        .resolver(OffLoopResolver.GROUP)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis);
  }

  /**
   * Connects and closes again.
   *
   * @param answer told on the loop: empty if it could, else why not
   */
  public void probe(HostPort address, EventLoop loop, Duration timeout, Consumer<String> answer) {
    newBootstrap(loop, (int) timeout.toMillis())
        .handler(new ChannelInboundHandlerAdapter())
        .connect(InetSocketAddress.createUnresolved(address.host(), address.port()))
        .addListener(
            (ChannelFuture done) -> {
              answer.accept(done.isSuccess() ? "" : BackendConnection.text(done.cause()));
              done.channel().close();
            });
  }

  private SslHandler tlsHandler(SslContext context, Channel channel, HostPort address) {
    String name = serverName == null ? address.host() : serverName;
    SslHandler handler = context.newHandler(channel.alloc(), name, address.port());
    SSLParameters parameters = handler.engine().getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    handler.engine().setSSLParameters(parameters);
    return handler;
  }
}
