package dev.adit.core.admin;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.local.LocalChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.timeout.IdleStateHandler;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks at the first bytes of a connection: HTTP/2 with prior knowledge begins with a method that
 * HTTP/1.1 does not have (RFC 9113 3.4), and is passed on as it is. Confined to the admin loop.
 */
final class ProtocolSwitch extends ByteToMessageDecoder {
  private static final byte[] PREFACE = "PRI ".getBytes(StandardCharsets.US_ASCII);

  // deps
  private final Http2Side http2;
  private final Consumer<ChannelPipeline> http1;

  // state, confined to the loop
  private boolean decided;

  /**
   * @param http1 adds the handlers of HTTP/1.1 behind this one
   */
  ProtocolSwitch(Http2Side http2, Consumer<ChannelPipeline> http1) {
    this.http2 = http2;
    this.http1 = http1;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (decided) {
      return;
    }
    int seen = Math.min(in.readableBytes(), PREFACE.length);
    for (int i = 0; i < seen; i++) {
      if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
        decided = true;
        http1.accept(ctx.pipeline());
        ctx.pipeline().remove(this);
        return;
      }
    }
    if (seen == PREFACE.length) {
      decided = true;
      passOn(ctx);
    }
  }

  private void passOn(ChannelHandlerContext ctx) {
    Channel caller = ctx.channel();
    caller.config().setAutoRead(false);
    new Bootstrap()
        .group(http2.loops())
        .channel(LocalChannel.class)
        .handler(
            new ChannelInitializer<LocalChannel>() {
              @Override
              protected void initChannel(LocalChannel channel) {
                channel.pipeline().addLast(new Relay(caller));
              }
            })
        .connect(http2.address())
        .addListener(
            (ChannelFutureListener)
                dialled ->
                    ctx.executor()
                        .execute(
                            () -> {
                              if (dialled.isSuccess()) {
                                join(ctx, dialled.channel());
                              } else {
                                ctx.close();
                              }
                            }));
  }

  private void join(ChannelHandlerContext ctx, Channel local) {
    if (ctx.isRemoved()) {
      // The caller has gone meanwhile.
      local.close();
      return;
    }
    // A call that only watches is quiet for as long as nothing happens.
    ctx.pipeline().remove(IdleStateHandler.class);
    ctx.pipeline().addLast(http2.newGuard(), new Relay(local));
    ctx.pipeline().remove(this);
    ctx.channel().config().setAutoRead(true);
  }

  /** Hands on what comes to another channel, no faster than that takes it. Confined to its loop. */
  private static final class Relay extends ChannelInboundHandlerAdapter {
    private final Channel other;

    Relay(Channel other) {
      this.other = other;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      other.writeAndFlush(message);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      other.config().setAutoRead(ctx.channel().isWritable());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (other.isActive()) {
        other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
