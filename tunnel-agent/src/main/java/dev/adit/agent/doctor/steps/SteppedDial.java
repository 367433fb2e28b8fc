package dev.adit.agent.doctor.steps;

import dev.adit.agent.doctor.steps.StepException.Kind;
import dev.adit.core.process.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is made one step after the other, so that it is known which one fails. Used by
 * one thread, which waits; the channel lives on a loop.
 */
public final class SteppedDial implements AutoCloseable {
  /** For each step. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int MOST_BYTES = 16 * 1024;

  // deps
  private final EventLoop loop;
  private final Channel channel;
  private final Inbox inbox = new Inbox();

  // state
  private @Nullable SslHandler tls;

  private SteppedDial(EventLoop loop, Channel channel) {
    this.loop = loop;
    this.channel = channel;
    channel.pipeline().addLast(inbox);
  }

  /** Connects by TCP. */
  public static SteppedDial connect(EventLoops loops, InetSocketAddress address)
      throws StepException {
    EventLoop loop = loops.all().get(0);
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(loops.channelType())
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) PATIENCE.toMillis())
            .option(ChannelOption.AUTO_READ, false)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(address)
            .awaitUninterruptibly();
    if (!connected.isSuccess()) {
      throw failure(connected.cause());
    }
    return new SteppedDial(loop, connected.channel());
  }

  /**
   * TLS on what is connected.
   *
   * @param host the name that is asked for
   * @param verified whether the peer's certificate must have it
   * @return what was agreed on
   */
  SSLSession tls(SslContext context, String host, int port, boolean verified) throws StepException {
    SslHandler handler = context.newHandler(channel.alloc(), host, port);
    SSLParameters parameters = handler.engine().getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm(verified ? "HTTPS" : "");
    handler.engine().setSSLParameters(parameters);
    handler.setHandshakeTimeoutMillis(0);
    tls = handler;
    channel.pipeline().addFirst(handler);
    channel.config().setAutoRead(true);
    await(handler.handshakeFuture());
    return handler.engine().getSession();
  }

  /**
   * The protocol that ALPN chose; null if none. The peer may have ended the connection already: in
   * TLS 1.3 one that wants a certificate does, behind a handshake that went well here.
   */
  @Nullable String alpn() {
    return tls == null ? null : tls.applicationProtocol();
  }

  /**
   * Sends bytes and waits for an answer.
   *
   * @param enough whether what has come so far is the whole of it
   * @return all that has come
   */
  byte[] ask(byte[] bytes, Predicate<ByteBuf> enough) throws StepException {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    loop.execute(
        () -> {
          inbox.await(enough, answer);
          channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
          channel.config().setAutoRead(true);
        });
    try {
      return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (TimeoutException e) {
      throw silence();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StepException(Kind.OTHER, "interrupted");
    }
  }

  private static void await(Future<?> step) throws StepException {
    if (!step.awaitUninterruptibly(PATIENCE.toMillis())) {
      throw silence();
    }
    if (!step.isSuccess()) {
      throw failure(step.cause());
    }
  }

  private static StepException silence() {
    return new StepException(Kind.TIMEOUT, "no answer in " + PATIENCE.toSeconds() + " s");
  }

  static StepException failure(@Nullable Throwable thrown) {
    Throwable cause = thrown == null ? new IllegalStateException("no cause") : thrown;
    Throwable root = cause;
    boolean tls = false;
    while (true) {
      if (root instanceof StepException step) {
        return step;
      }
      if (root instanceof NotSslRecordException) {
        return new StepException(Kind.NOT_TLS, "the answer is not TLS");
      }
      tls |= root instanceof SSLException;
      if (root.getCause() == null) {
        break;
      }
      root = root.getCause();
    }
    if (cause instanceof ConnectTimeoutException) {
      return silence();
    }
    if (cause instanceof ConnectException) {
      return new StepException(Kind.REFUSED, "connection refused");
    }
    if (cause instanceof NoRouteToHostException) {
      return new StepException(Kind.OTHER, "this host has no way to it");
    }
    @Nullable String said = root.getMessage();
    String text = said == null ? root.getClass().getSimpleName() : said.replaceAll("[^ -~]", "?");
    return new StepException(tls ? Kind.TLS : Kind.OTHER, text);
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly(PATIENCE.toMillis());
  }

  /** Keeps what comes until somebody asks for it. Confined to the loop. */
  private static final class Inbox extends ChannelInboundHandlerAdapter {
    private final ByteBuf received = Unpooled.buffer(256, MOST_BYTES);
    private Predicate<ByteBuf> enough = bytes -> false;
    private @Nullable CompletableFuture<byte[]> answer;
    private @Nullable Throwable ended;

    void await(Predicate<ByteBuf> whole, CompletableFuture<byte[]> wanted) {
      enough = whole;
      answer = wanted;
      look();
    }

    private void look() {
      CompletableFuture<byte[]> wanted = answer;
      if (wanted == null) {
        return;
      }
      if (received.isReadable() && enough.test(received)) {
        answer = null;
        wanted.complete(ByteBufUtil.getBytes(received));
        received.clear();
      } else if (ended != null) {
        answer = null;
        wanted.completeExceptionally(ended);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof ByteBuf bytes) {
        received.writeBytes(bytes, Math.min(bytes.readableBytes(), received.maxWritableBytes()));
      }
      ReferenceCountUtil.release(message);
      look();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (ended == null) {
        ended = new StepException(Kind.CLOSED, "the connection was closed");
      }
      look();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (ended == null) {
        ended = cause;
      }
      look();
    }
  }
}
