package dev.adit.server.entry;

import dev.adit.server.entry.call.EntryConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A caller's connection that goes away without losing a call (RFC 9113 6.8): first a GOAWAY that
 * names no last stream, so that the caller opens streams elsewhere; after time enough for what was
 * under way to arrive, the one that does; once no stream is left, the end of TCP's output. As each
 * step is in order behind the one before, a caller that was late to hear of one knows which of its
 * calls nobody has seen. Confined to the loop of the connection, but for what says otherwise.
 */
final class EntryDrain {
  private static final long BETWEEN_MILLIS = 500;

  /** A caller of whom the kernel has heard nothing for so long will not take what it is owed. */
  private static final long GONE_MILLIS = 3000;

  /**
   * States of TCP, as Linux numbers them, where our end or what goes before it is not acknowledged:
   * FIN_WAIT1, CLOSING and LAST_ACK; and ESTABLISHED and CLOSE_WAIT, where it was not sent yet.
   */
  private static final Set<Integer> OWED = Set.of(4, 11, 9, 1, 8);

  private final Channel channel;

  // state, confined to the loop
  private String why = "";

  // shared: written by the loop
  private volatile boolean hasEnded;

  /** Of a connection that goes on as before until {@link #begin}. */
  EntryDrain(Channel channel) {
    this.channel = channel;
  }

  /**
   * Begins, unless it has. Any thread.
   *
   * @param reason told to the caller; ASCII, not empty
   */
  void begin(String reason) {
    channel.eventLoop().execute(() -> announce(reason));
  }

  /**
   * Whether the caller has all that was written to it, as far as it takes it. Any thread; to be
   * asked again and again.
   */
  boolean isOver() {
    return hasEnded && !isTaking();
  }

  private void announce(String reason) {
    if (!why.isEmpty()) {
      return;
    }
    why = reason;
    @Nullable EntryConnection connection = connection();
    if (connection != null) {
      goAway(connection, Integer.MAX_VALUE);
    }
    channel.eventLoop().schedule(this::finish, BETWEEN_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void finish() {
    @Nullable EntryConnection connection = connection();
    if (connection == null || isShakingHands()) {
      // No call was possible yet.
      hasEnded = true;
      channel.close();
      return;
    }
    Http2Connection streams = connection.connection();
    goAway(connection, streams.remote().lastStreamCreated());
    if (streams.numActiveStreams() == 0) {
      endOutput();
      return;
    }
    streams.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamRemoved(Http2Stream stream) {
            if (streams.numActiveStreams() == 0) {
              streams.removeListener(this);
              endOutput();
            }
          }
        });
  }

  private @Nullable EntryConnection connection() {
    return channel.isActive() ? channel.pipeline().get(EntryConnection.class) : null;
  }

  private boolean isShakingHands() {
    @Nullable SslHandler tls = channel.pipeline().get(SslHandler.class);
    return tls != null && !tls.handshakeFuture().isSuccess();
  }

  private void goAway(EntryConnection connection, int lastStreamId) {
    ChannelHandlerContext ctx = channel.pipeline().context(connection);
    ByteBuf reason = ByteBufUtil.writeAscii(channel.alloc(), why);
    connection.goAway(ctx, lastStreamId, Http2Error.NO_ERROR.code(), reason, ctx.newPromise());
    connection.requestFlush();
  }

  /**
   * The kernel sends what it has, and then the end; to close the connection would lose that: what
   * the caller sends meanwhile, as if only a window update, makes the kernel reset the connection
   * and drop what waits. So what comes from here on is read and thrown away: it is of streams that
   * the caller knows to be unseen.
   */
  private void endOutput() {
    channel.pipeline().addFirst(new Deaf());
    @Nullable SslHandler tls = channel.pipeline().get(SslHandler.class);
    ChannelFuture written =
        tls == null ? channel.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
    written.addListener(done -> shutdownOutput().addListener(ended -> hasEnded = true));
  }

  private ChannelFuture shutdownOutput() {
    return channel instanceof DuplexChannel duplex ? duplex.shutdownOutput() : channel.close();
  }

  private static final class Deaf extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      ReferenceCountUtil.release(bytes);
    }
  }

  /**
   * Whether the caller has not got all yet that was written to it, and is heard. False where the
   * kernel does not say.
   */
  private boolean isTaking() {
    if (!(channel instanceof EpollSocketChannel socket)) {
      return false;
    }
    try {
      EpollTcpInfo tcp = socket.tcpInfo();
      return OWED.contains(tcp.state()) && tcp.lastAckRecv() <= GONE_MILLIS;
    } catch (ChannelException e) {
      // It is closed meanwhile.
      return false;
    }
  }
}
