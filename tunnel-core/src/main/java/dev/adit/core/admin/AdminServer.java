package dev.adit.core.admin;

import dev.adit.core.process.EventLoops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The admin port: HTTP/1.1, a fixed set of paths. */
public final class AdminServer implements AutoCloseable {
  private static final int MAX_REQUEST_BYTES = 64 * 1024;
  private static final int IDLE_SECONDS = 60;

  private final EventLoops loop;
  private final Channel channel;

  private AdminServer(EventLoops loop, Channel channel) {
    this.loop = loop;
    this.channel = channel;
  }

  /**
   * Listens; blocks until it does.
   *
   * @param token demanded of every caller but for /healthz and /readyz; null: of none
   * @param site what its paths answer
   * @throws IOException if the address cannot be had
   */
  public static AdminServer start(InetSocketAddress address, @Nullable String token, AdminSite site)
      throws IOException {
    EventLoops loop = EventLoops.start(1, "admin");
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop.group())
            .channel(loop.serverChannelType())
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel accepted) {
                    accepted
                        .pipeline()
                        .addLast(new IdleStateHandler(0, 0, IDLE_SECONDS))
                        .addLast(new HttpServerCodec())
                        .addLast(new HttpObjectAggregator(MAX_REQUEST_BYTES))
                        .addLast(
                            new AdminHandler(
                                token, address.getAddress().isLoopbackAddress(), site));
                  }
                });
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loop.close();
      throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
    }
    return new AdminServer(loop, bound.channel());
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  @Override
  public void close() {
    loop.close();
  }
}
