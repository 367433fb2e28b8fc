package dev.adit.core.http2;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands behind TLS on a connection that was accepted and tells when its handshake fails; leaves
 * when it is over. A peer that connects and goes again without a word has failed at nothing. One
 * that resumes a session shows no certificate, and TLS only remembers the one that began it:
 * whether that has expired since is looked at here. Shared by connections; any thread.
 */
@Sharable
public final class HandshakeWatch extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(HandshakeWatch.class);

  private final Consumer<Cause> onFailure;
  private final InstantSource clock;

  /** Why a handshake fails. */
  public enum Cause {
    /** The peer does not speak TLS. */
    CLEAR_TEXT("clear-text"),
    /** The peer's certificate is not to be trusted. */
    CERTIFICATE("certificate"),
    /** Anything else: no certificate where one is required, nothing in common, ours is refused. */
    OTHER("other");

    private final String text;

    Cause(String text) {
      this.text = text;
    }

    /** Its name in metrics. */
    public String text() {
      return text;
    }

    static Cause of(Throwable failure) {
      for (Throwable each = failure; each != null; each = each.getCause()) {
        if (each instanceof NotSslRecordException) {
          return CLEAR_TEXT;
        }
        if (each instanceof CertificateException) {
          return CERTIFICATE;
        }
      }
      return OTHER;
    }
  }

  /**
   * @param onFailure told the cause, once for a connection, on its loop
   */
  public HandshakeWatch(Consumer<Cause> onFailure) {
    this(onFailure, InstantSource.system());
  }

  HandshakeWatch(Consumer<Cause> onFailure, InstantSource clock) {
    this.onFailure = onFailure;
    this.clock = clock;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      Throwable failure = handshake.isSuccess() ? expired(ctx) : handshake.cause();
      if (failure != null && !(failure instanceof ClosedChannelException)) {
        log.debug("{}: no TLS: {}", ctx.channel().remoteAddress(), failure.toString());
        onFailure.accept(Cause.of(failure));
      }
      ctx.pipeline().remove(this);
      if (handshake.isSuccess() && failure != null) {
        ctx.channel().close();
        return;
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  /** Why the peer's certificate is good no more; null if it is, or nobody asks for one. */
  private @Nullable CertificateException expired(ChannelHandlerContext ctx) {
    @Nullable SslHandler tls = ctx.pipeline().get(SslHandler.class);
    if (tls == null || !(tls.engine().getNeedClientAuth() || tls.engine().getWantClientAuth())) {
      return null;
    }
    try {
      for (Certificate each : tls.engine().getSession().getPeerCertificates()) {
        if (each instanceof X509Certificate certificate) {
          Instant end = certificate.getNotAfter().toInstant();
          if (end.isBefore(clock.instant())) {
            return new CertificateExpiredException("expired on " + end);
          }
        }
      }
    } catch (SSLPeerUnverifiedException e) {
      // It need not show one, and has none.
      return null;
    }
    return null;
  }
}
