package dev.adit.server.entry;

import dev.adit.core.http2.HandshakeWatch;
import dev.adit.core.http2.flood.ConnectionCounts;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.process.EventLoops;
import dev.adit.server.entry.call.EntryConnection;
import dev.adit.server.entry.call.EntryContext;
import dev.adit.server.entry.call.EntryStreamHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The public listeners and the connections they have accepted. Any thread. */
public final class EntryServer {
  private static final int BACKLOG = 4096;

  // deps
  private final EntryContext entry;
  private final @Nullable EntryTls tls;

  // shared: thread-safe by itself
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final List<Channel> listeners = new ArrayList<>();
  private final ConnectionCounts counts;
  private final HandshakeWatch handshakes;
  private volatile boolean drained;

  /**
   * An entry that does not listen yet.
   *
   * @param tls null: clear text
   */
  public EntryServer(EntryContext entry, @Nullable EntryTls tls) {
    this.entry = entry;
    this.tls = tls;
    counts = new ConnectionCounts(entry.config().connections());
    handshakes = new HandshakeWatch(entry.floods()::add);
  }

  /**
   * Listens on one address more; blocks until it does.
   *
   * @param address port 0 asks for any
   * @return where it listens
   * @throws IOException if the address cannot be had
   */
  public synchronized SocketAddress listen(InetSocketAddress address, EventLoops loops)
      throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannelType())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new Initializer());
    var bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
    }
    listeners.add(bound.channel());
    return bound.channel().localAddress();
  }

  /** Takes no new connections. */
  public synchronized void stopListening() {
    listeners.forEach(Channel::close);
  }

  /**
   * Tells every caller to open new calls elsewhere (GOAWAY in two steps, RFC 9113 6.8); what runs
   * goes on.
   */
  public void drain() {
    for (Channel channel : connections) {
      channel.eventLoop().execute(() -> EntryDrain.begin(channel, "draining"));
    }
    GlobalEventExecutor.INSTANCE.schedule(
        () -> drained = true, 2 * EntryDrain.BETWEEN_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Ends what is written to callers, once each has had the time to hear that it should go
   * elsewhere. Asked again and again while no call runs.
   *
   * @return whether every caller has what was written to it, as far as it takes it
   */
  public boolean letGo() {
    if (connections.isEmpty()) {
      return true;
    }
    if (!drained) {
      return false;
    }
    connections.forEach(EntryDrain::endOutput);
    return connections.stream().noneMatch(EntryDrain::isTaking);
  }

  /** Ends every connection now. */
  public void close() {
    stopListening();
    connections.close().awaitUninterruptibly();
  }

  /** Connections now. */
  public int connectionCount() {
    return connections.size();
  }

  private final class Initializer extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      @Nullable Flood passed = counts.tryAdd(channel);
      if (passed != null) {
        refuse(channel, passed);
        return;
      }
      connections.add(channel);
      channel.pipeline().addLast(new CallerKeepalive(entry.config()));
      EntryConnection connection =
          EntryStreamHandler.newConnection(entry, channel.remoteAddress(), tls != null);
      if (tls == null) {
        channel.pipeline().addLast(connection);
      } else {
        tls.addTo(channel, handshakes, connection);
      }
      channel
          .eventLoop()
          .schedule(
              () -> checkGreeted(channel, connection),
              entry.config().connections().greetingTimeout().toNanos(),
              TimeUnit.NANOSECONDS);
    }

    private void checkGreeted(SocketChannel channel, EntryConnection connection) {
      if (channel.isActive() && !connection.isGreeted()) {
        refuse(channel, Flood.GREETING_TIMEOUT);
      }
    }

    private void refuse(SocketChannel channel, Flood limit) {
      entry.floods().add(limit, channel.remoteAddress());
      channel.close();
    }
  }
}
