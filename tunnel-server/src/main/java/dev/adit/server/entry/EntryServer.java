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
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The public listeners and the connections they have accepted. Any thread. */
public final class EntryServer {
  private static final int BACKLOG = 4096;
  private static final String DRAINING = "draining";

  // deps
  private final EntryContext entry;
  private final @Nullable EntryTls tls;

  // shared: thread-safe by itself
  private final Map<Channel, EntryDrain> connections = new ConcurrentHashMap<>();
  private final List<Channel> listeners = new ArrayList<>();
  private final ConnectionCounts counts;
  private final HandshakeWatch handshakes;
  private volatile boolean draining;

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
   * Lets every connection end, also those that are accepted from here on, each once its calls have
   * (GOAWAY in two steps, RFC 9113 6.8).
   */
  public void drain() {
    draining = true;
    connections.values().forEach(drain -> drain.begin(DRAINING));
  }

  /** Whether each caller has been let go and has what was written to it, as far as it takes it. */
  public boolean isDrained() {
    return connections.values().stream().allMatch(EntryDrain::isOver);
  }

  /** Ends every connection now. */
  public void close() {
    stopListening();
    connections.keySet().stream()
        .map(Channel::close)
        .toList()
        .forEach(ChannelFuture::awaitUninterruptibly);
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
      EntryDrain drain = new EntryDrain(channel);
      connections.put(channel, drain);
      channel.closeFuture().addListener(closed -> connections.remove(channel));
      channel.pipeline().addLast(new CallerKeepalive(entry.config(), drain));
      EntryConnection connection =
          EntryStreamHandler.newConnection(entry, channel.remoteAddress(), tls != null);
      if (tls == null) {
        channel.pipeline().addLast(connection);
      } else {
        tls.addTo(channel, handshakes, connection);
      }
      if (draining) {
        drain.begin(DRAINING);
      }
      Future<?> greeting =
          channel
              .eventLoop()
              .schedule(
                  () -> checkGreeted(channel, connection),
                  entry.config().connections().greetingTimeout().toNanos(),
                  TimeUnit.NANOSECONDS);
      // Else it would hold what a connection has for as long, however soon that is over.
      channel.closeFuture().addListener(closed -> greeting.cancel(false));
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
