package dev.adit.agent.tunnel.loss;

import io.grpc.Status;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.nio.file.Path;
import java.security.SignatureException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXReason;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why a tunnel or a dial has ended, in the words of {@code doctor}: what is at the bottom of it,
 * without what it came through. Immutable; any thread.
 *
 * @param tls whether the server is dialled with TLS
 * @param ca who should have signed its certificate; null: the system's trust
 */
public record EndCause(boolean tls, @Nullable Path ca) {
  /** What Netty puts before the system's own words. */
  private static final Pattern SYSTEM_CALL =
      Pattern.compile("^[A-Za-z]+\\(\\.\\.\\) failed with error\\(-[0-9]+\\): ");

  private static final String CERTIFICATE = "the certificate of the server ";

  private static final String AUTHORITY = "the certificate of the server's authority ";

  /** gRPC's words for a connection that has ended before it was one of HTTP/2; it has no other. */
  private static final String WITHOUT_A_WORD = "Network closed for unknown reason";

  /**
   * In words, on one line.
   *
   * @param wasUp whether the server had welcomed us
   */
  String text(Status status, boolean wasUp) {
    String text = text(status);
    boolean mayBeTls = !tls && !wasUp && isOfConnection(status) && !isOfConnect(status.getCause());
    return mayBeTls
        ? text + "; agent.yaml asks for clear text (insecure: true), and the server may speak TLS"
        : text;
  }

  /** Whether it is about the connection, and nothing that the server has said. */
  static boolean isOfConnection(Status status) {
    return status.getCause() != null || WITHOUT_A_WORD.equals(status.getDescription());
  }

  private static boolean isOfConnect(@Nullable Throwable cause) {
    return cause instanceof ConnectException || cause instanceof NoRouteToHostException;
  }

  private String text(Status status) {
    Throwable cause = status.getCause();
    if (cause == null) {
      return WITHOUT_A_WORD.equals(status.getDescription())
          ? "the connection was closed without a word"
          : said(status);
    }
    @Nullable X509Certificate judged = null;
    Throwable root = cause;
    boolean inTls = false;
    boolean certificateRefused = false;
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof CertPathValidatorException path) {
        judged = judged(path);
      }
      certificateRefused |= each instanceof CertificateException;
      inTls |= each instanceof SSLException;
      root = each;
    }
    if (root instanceof NotSslRecordException) {
      return "the server speaks clear text, and tls in agent.yaml asks for TLS";
    }
    if (certificateRefused) {
      return certificate(root, judged);
    }
    if (isOfConnect(cause)) {
      return connect(cause, root);
    }
    String words = words(root);
    if (inTls) {
      return "TLS fails: " + words;
    }
    String said = said(status);
    // What gRPC says of a broken connection is what it came through.
    return root instanceof IOException || said.equals(words) ? words : said + ": " + words;
  }

  /** The status' own words; gRPC puts the pipeline of the connection on a line of its own. */
  private static String said(Status status) {
    String description = status.getDescription();
    return EndLog.printable(
        description == null ? null : description.lines().findFirst().orElse(""),
        status.getCode().toString());
  }

  private static String connect(Throwable cause, Throwable root) {
    if (cause instanceof ConnectTimeoutException) {
      return "no answer";
    }
    if (cause instanceof NoRouteToHostException) {
      return "this host has no way to it";
    }
    // Netty's wraps the system's; what a proxy says has nothing in it.
    return root == cause ? words(root) : "connection refused";
  }

  private static String words(Throwable root) {
    String message = root.getMessage();
    return EndLog.printable(
        message == null ? null : SYSTEM_CALL.matcher(message).replaceFirst(""),
        root.getClass().getSimpleName());
  }

  private String certificate(Throwable root, @Nullable X509Certificate judged) {
    String whose = judged != null && judged.getBasicConstraints() >= 0 ? AUTHORITY : CERTIFICATE;
    if (root instanceof CertificateExpiredException) {
      return whose
          + "has expired"
          + (judged == null ? "" : " at " + judged.getNotAfter().toInstant());
    }
    if (root instanceof CertificateNotYetValidException) {
      return whose
          + "is good only "
          + (judged == null ? "later" : "from " + judged.getNotBefore().toInstant())
          + ", and it is "
          + Instant.now()
          + " here";
    }
    if (isOfAuthority(root)) {
      return CERTIFICATE
          + "is signed by an authority that "
          + (ca == null ? "the system does not trust" : ca + " does not hold");
    }
    return CERTIFICATE + "is refused: " + EndLog.printable(root.getMessage(), "no reason is given");
  }

  /** Not to be found, or one with the name of ours and another key. */
  private static boolean isOfAuthority(Throwable root) {
    return root instanceof CertPathBuilderException
        || (root instanceof CertPathValidatorException path
            && path.getReason() == PKIXReason.NO_TRUST_ANCHOR)
        || root instanceof SignatureException;
  }

  private static @Nullable X509Certificate judged(CertPathValidatorException e) {
    return e.getCertPath() != null
            && e.getIndex() >= 0
            && e.getCertPath().getCertificates().get(e.getIndex())
                instanceof X509Certificate certificate
        ? certificate
        : null;
  }
}
