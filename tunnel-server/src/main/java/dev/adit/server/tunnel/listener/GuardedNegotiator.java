package dev.adit.server.tunnel.listener;

import dev.adit.core.http2.HandshakeWatch;
import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodHandler;
import dev.adit.core.tunnel.grpc.WakeThreshold;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator.ProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.ChannelHandler;
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

  /**
   * Stands in front of the negotiation until that begins, which is at an event that carries what
   * the connection's calls can be asked for. Lets no byte pass before.
   */
  private abstract static class Placer extends ChannelInboundHandlerAdapter {
    private final ChannelHandler negotiation;
    private @Nullable WakeThreshold threshold;

    Placer(ChannelHandler negotiation) {
      this.negotiation = negotiation;
    }

    /** Whether the negotiation has begun, and the guard stands behind TLS. */
    abstract boolean place(ChannelHandlerContext ctx);

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      threshold = WakeThreshold.of(ctx.channel());
      if (threshold != null) {
        ctx.pipeline().addFirst(threshold);
      }
      ctx.pipeline().addAfter(ctx.name(), null, negotiation);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      ctx.fireUserEventTriggered(
          event instanceof ProtocolNegotiationEvent begins && threshold != null
              ? WakeThreshold.toldOf(begins, threshold)
              : event);
      if (!ctx.isRemoved() && place(ctx)) {
        ctx.pipeline().remove(this);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      ReferenceCountUtil.release(bytes);
      ctx.close();
    }
  }

  private static final class ClearTextPlacer extends Placer {
    private final FloodHandler guard;

    ClearTextPlacer(ChannelHandler negotiation, FloodHandler guard) {
      super(negotiation);
      this.guard = guard;
    }

    @Override
    boolean place(ChannelHandlerContext ctx) {
      ctx.pipeline().addBefore(ctx.name(), null, guard);
      return true;
    }
  }

  /** The negotiation sets TLS before itself at the event. */
  private static final class TlsPlacer extends Placer {
    private final FloodHandler guard;
    private final HandshakeWatch handshakes;

    TlsPlacer(ChannelHandler negotiation, FloodHandler guard, HandshakeWatch handshakes) {
      super(negotiation);
      this.guard = guard;
      this.handshakes = handshakes;
    }

    @Override
    boolean place(ChannelHandlerContext ctx) {
      ChannelHandlerContext tls = ctx.pipeline().context(SslHandler.class);
      if (tls == null) {
        return false;
      }
      ctx.pipeline().addAfter(tls.name(), null, guard);
      ctx.pipeline().addAfter(tls.name(), null, handshakes);
      return true;
    }
  }
}
