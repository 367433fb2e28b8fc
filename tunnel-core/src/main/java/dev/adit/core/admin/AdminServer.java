package dev.adit.core.admin;

import dev.adit.core.http2.flood.ConnectionCounts;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodLog;
import dev.adit.core.process.EventLoops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The admin port: HTTP/1.1, a fixed set of paths; HTTP/2 is passed on to another server. */
public final class AdminServer implements AutoCloseable {
  private static final int MAX_REQUEST_BYTES = 64 * 1024;
  private static final int IDLE_SECONDS = 60;

  /** Each may make us hold a request, before its token is known. */
  private static final int MAX_CONNECTIONS = 1000;

  /** So that one host does not keep operators out. */
  static final int MAX_CONNECTIONS_OF_ONE = 200;

  private final EventLoops loop;
  private final Channel channel;
  private final @Nullable Http2Side http2;

  private AdminServer(EventLoops loop, Channel channel, @Nullable Http2Side http2) {
    this.loop = loop;
    this.channel = channel;
    this.http2 = http2;
  }

  /**
   * Listens; blocks until it does.
   *
   * @param token gives what is demanded of every caller but for /healthz and /readyz at each
   *     request, on the port's loop; null: nothing
   * @param site what its paths answer
   * @throws IOException if the address cannot be had
   */
  public static AdminServer start(
      InetSocketAddress address, Supplier<@Nullable String> token, AdminSite site)
      throws IOException {
    return start(address, token, site, null);
  }

  /**
   * The same with something that answers HTTP/2.
   *
   * @param http2 closed with the port, also if it cannot be had; checks the token itself
   */
  public static AdminServer start(
      InetSocketAddress address,
      Supplier<@Nullable String> token,
      AdminSite site,
      @Nullable Http2Side http2)
      throws IOException {
    if (address.isUnresolved()) {
      close(http2);
      throw new IOException(new UnresolvedAddressException());
    }
    boolean loopback = address.getAddress().isLoopbackAddress();
    AdminHandler.Untaken untaken = new AdminHandler.Untaken();
    Consumer<ChannelPipeline> http1 =
        pipeline ->
            pipeline
                .addLast(new HttpServerCodec())
                .addLast(new HttpObjectAggregator(MAX_REQUEST_BYTES))
                .addLast(new AdminHandler(token, loopback, site, untaken));
    ConnectionCounts counts = new ConnectionCounts(MAX_CONNECTIONS, MAX_CONNECTIONS_OF_ONE);
    FloodLog refused = new FloodLog("to the admin port");
    EventLoops loop = EventLoops.start(1, "admin");
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop.group())
            .channel(loop.serverChannelType())
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel accepted) {
                    Flood limit = counts.tryAdd(accepted);
                    if (limit != null) {
                      refused.passed(limit, accepted.remoteAddress());
                      accepted.close();
                      return;
                    }
                    accepted.pipeline().addLast(new IdleStateHandler(0, 0, IDLE_SECONDS));
                    if (http2 == null) {
                      http1.accept(accepted.pipeline());
                    } else {
                      accepted.pipeline().addLast(new ProtocolSwitch(http2, http1));
                    }
                  }
                });
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loop.close();
      close(http2);
      throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
    }
    return new AdminServer(loop, bound.channel(), http2);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  @Override
  public void close() {
    // While the loop lives, connections that were passed on are closed from the other side.
    close(http2);
    loop.close();
  }

  private static void close(@Nullable Http2Side http2) {
    if (http2 != null) {
      http2.close();
    }
  }
}
