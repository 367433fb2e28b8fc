package dev.adit.agent.backend.connection;

import dev.adit.core.config.HostPort;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.process.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
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

  /** How long a backend may not acknowledge what was sent to it. */
  private static final int USER_TIMEOUT_MILLIS = 20_000;

  /**
   * Silence after which it is asked for a sign of life, and again: the system's own two hours are
   * no use to a call that only waits for a backend that has vanished.
   */
  private static final int KEEPALIVE_AFTER_SECONDS = 60;

  private static final int KEEPALIVE_EVERY_SECONDS = 20;
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString HTTPS = AsciiString.cached("https");

  /** What backends see in :scheme. */
  public AsciiString scheme() {
    return tls == null ? HTTP : HTTPS;
  }

  /**
   * Begins to dial; the connection tells its owner how it went. The name is resolved anew, by the
   * JDK, off the loop; where it has several addresses, they are tried one after the other.
   */
  public void connect(HostPort address, EventLoop loop, BackendConnection connection) {
    NameDial.begin(
        toStay(loop), loop, address, CONNECT_TIMEOUT_MILLIS, new Dialled(address, connection));
  }

  /** Of connections that are to stay. */
  Bootstrap toStay(EventLoop loop) {
    Bootstrap bootstrap =
        newBootstrap(loop)
            .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            // What the backend has said before its end is still there to be read.
            .option(ChannelOption.AUTO_CLOSE, false);
    if (EpollSocketChannel.class.equals(loops.channelType())) {
      bootstrap
          .option(EpollChannelOption.TCP_USER_TIMEOUT, USER_TIMEOUT_MILLIS)
          .option(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_AFTER_SECONDS)
          .option(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_EVERY_SECONDS);
    }
    return bootstrap;
  }

  /** What becomes of the dial of a connection. */
  private final class Dialled implements NameDial.Outcome {
    private final HostPort address;
    private final BackendConnection connection;

    Dialled(HostPort address, BackendConnection connection) {
      this.address = address;
      this.connection = connection;
    }

    @Override
    public boolean isWanted() {
      return connection.isUsable();
    }

    @Override
    public void onConnected(Channel channel) {
      if (tls != null) {
        channel.pipeline().addLast(tlsHandler(tls, channel, address));
      }
      channel.pipeline().addLast(connection);
    }

    @Override
    public void onFailed(Throwable cause) {
      connection.onConnectFailed(BackendConnection.text(cause));
    }
  }

  private Bootstrap newBootstrap(EventLoop loop) {
    return new Bootstrap()
        .group(loop)
        .channel(loops.channelType())
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                // Nothing happens on it before it is connected.
              }
            });
  }

  /**
   * Connects and closes again.
   *
   * @param answer told on the loop: empty if it could, else why not
   */
  public void probe(HostPort address, EventLoop loop, Duration timeout, Consumer<String> answer) {
    NameDial.begin(
        newBootstrap(loop),
        loop,
        address,
        (int) timeout.toMillis(),
        new NameDial.Outcome() {
          @Override
          public boolean isWanted() {
            return true;
          }

          @Override
          public void onConnected(Channel channel) {
            answer.accept("");
            channel.close();
          }

          @Override
          public void onFailed(Throwable cause) {
            answer.accept(BackendConnection.text(cause));
          }
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
