package dev.adit.agent.doctor.steps;

import dev.adit.agent.doctor.steps.StepException.Kind;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

/**
 * TLS, ALPN and HTTP/2 with one peer, one after the other; what follows a failure is skipped.
 *
 * @param tls null: clear text
 */
public record ConnectionSteps(Peer peer, @Nullable SslContext tls) {
  /** Told of each step. */
  public interface Told {
    void ok(Step step, String found);

    void failed(Step step, Trouble trouble);
  }

  /**
   * Goes on with what is connected.
   *
   * @param again makes the same connection once more, to look at a certificate
   * @return whether all is well
   */
  public boolean run(SteppedDial dial, CertificateCheck.Reach again, Told told) {
    if (tls != null && !handshake(tls, dial, again, told)) {
      return false;
    }
    return http2(dial, again, told);
  }

  private boolean handshake(
      SslContext context, SteppedDial dial, CertificateCheck.Reach again, Told told) {
    try {
      String protocol = dial.tls(context, peer.host(), peer.port(), true).getProtocol();
      told.ok(Step.TLS, protocol + ", the certificate is good for " + peer.host());
    } catch (StepException e) {
      boolean certificate = e.kind() == Kind.TLS || e.kind() == Kind.OTHER;
      told.failed(Step.TLS, certificate ? certificateCheck().diagnose(again, e) : peer.notTls(e));
      return false;
    }
    if (!ApplicationProtocolNames.HTTP_2.equals(dial.alpn())) {
      told.failed(Step.ALPN, peer.noAlpn());
      return false;
    }
    told.ok(Step.ALPN, "h2");
    return true;
  }

  private CertificateCheck certificateCheck() {
    return new CertificateCheck(peer.name(), peer.ca(), peer.host(), peer.keys());
  }

  private boolean http2(SteppedDial dial, CertificateCheck.Reach again, Told told) {
    Trouble trouble;
    try {
      Http2Preface.Peer found = Http2Preface.exchange(dial);
      if (found == Http2Preface.Peer.HTTP2) {
        told.ok(Step.HTTP2, tls == null ? "clear text" : "over TLS");
        return true;
      }
      trouble = peer.notHttp2(found, tls != null);
    } catch (StepException e) {
      // Many a TLS server says nothing to clear text, and hangs up.
      trouble =
          tls == null && certificateCheck().speaksTls(again)
              ? peer.notHttp2(Http2Preface.Peer.TLS, false)
              : peer.noHttp2Answer(e, tls != null);
    }
    told.failed(Step.HTTP2, trouble);
    return false;
  }
}
