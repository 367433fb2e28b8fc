package dev.adit.server.tunnel.listener;

import dev.adit.core.http2.HandshakeWatch;
import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodHandler;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator.ProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How a connection to the tunnels' port begins: as gRPC has it, with a guard between TLS and gRPC's
 * codec. gRPC offers no other place to stand there. Any thread.
 */
final class GuardedNegotiator implements ProtocolNegotiator {
  private final ProtocolNegotiator negotiator;
  private final boolean encrypted;
  private final ConnectionLimits limits;
  private final BiConsumer<Flood, SocketAddress> onFlood;
  private final HandshakeWatch handshakes;

  /**
   * @param tls null: clear text
   * @param onFlood told the limit that an agent's connection has passed
   * @param handshakes stands behind TLS
   */
  GuardedNegotiator(
      @Nullable SslContext tls,
      ConnectionLimits limits,
      BiConsumer<Flood, SocketAddress> onFlood,
      HandshakeWatch handshakes) {
    negotiator =
        tls == null
            ? InternalProtocolNegotiators.serverPlaintext()
            : InternalProtocolNegotiators.serverTls(tls);
    encrypted = tls != null;
    this.limits = limits;
    this.onFlood = onFlood;
    this.handshakes = handshakes;
  }

  @Override
  public AsciiString scheme() {
    return negotiator.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler codec) {
    ChannelHandler negotiation = negotiator.newHandler(codec);
    FloodHandler guard = new FloodHandler(limits, onFlood);
    return encrypted
        ? new TlsPlacer(negotiation, guard, handshakes)
        : new ClearTextPlacer(negotiation, guard);
  }

  @Override
  public void close() {
    negotiator.close();
  }

  /** Gives its place to the negotiation, which the codec takes in the end, behind the guard. */
  private static final class ClearTextPlacer extends ChannelHandlerAdapter {
    private final ChannelHandler negotiation;
    private final FloodHandler guard;

    ClearTextPlacer(ChannelHandler negotiation, FloodHandler guard) {
      this.negotiation = negotiation;
      this.guard = guard;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      ctx.pipeline().addBefore(ctx.name(), null, guard);
      ctx.pipeline().replace(this, null, negotiation);
    }
  }

  /**
   * Stands in front of the negotiation until it has set TLS before itself, which it does at an
   * event, and sets the guard between them. Lets no byte pass before.
   */
  private static final class TlsPlacer extends ChannelInboundHandlerAdapter {
    private final ChannelHandler negotiation;
    private final FloodHandler guard;
    private final HandshakeWatch handshakes;

    TlsPlacer(ChannelHandler negotiation, FloodHandler guard, HandshakeWatch handshakes) {
      this.negotiation = negotiation;
      this.guard = guard;
      this.handshakes = handshakes;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      ctx.pipeline().addAfter(ctx.name(), null, negotiation);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      ctx.fireUserEventTriggered(event);
      ChannelHandlerContext tls = ctx.pipeline().context(SslHandler.class);
      if (tls != null && !ctx.isRemoved()) {
        ctx.pipeline().addAfter(tls.name(), null, guard);
        ctx.pipeline().addAfter(tls.name(), null, handshakes);
        ctx.pipeline().remove(this);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      ReferenceCountUtil.release(bytes);
      ctx.close();
    }
  }
}
