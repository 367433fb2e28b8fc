package dev.adit.conformance.security;

import dev.adit.core.tls.PemFiles;
import dev.adit.testing.grpc.Bytes;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** What a stock gRPC client, and any TLS client, sees on a port of this host. */
final class TlsCaller {
  private static final int WAIT_MILLIS = 10_000;

  private TlsCaller() {}

  /** One unary call over TLS; returns the answer's message, or throws the call's status. */
  static byte[] call(int port, TlsChannelCredentials.Builder credentials) {
    ManagedChannel channel =
        Grpc.newChannelBuilderForAddress("localhost", port, credentials.build()).build();
    try {
      return ClientCalls.blockingUnaryCall(
          channel,
          MethodDescriptor.newBuilder(new Bytes(), new Bytes())
              .setType(MethodDescriptor.MethodType.UNARY)
              .setFullMethodName("shop.Cart/Get")
              .build(),
          CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
          new byte[0]);
    } finally {
      channel.shutdownNow();
    }
  }

  static byte[] call(int port, Path ca) throws IOException {
    return call(port, TlsChannelCredentials.newBuilder().trustManager(ca.toFile()));
  }

  /** The certificate that is shown on a port. */
  static X509Certificate shown(int port, Path ca) throws IOException {
    try (SSLSocket socket = dial(port, ca)) {
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  /** Whether a peer that shows no certificate hears a word of HTTP/2 on a port. */
  static boolean isSpokenTo(int port, Path ca) throws IOException {
    try (SSLSocket socket = dial(port, ca)) {
      socket.setSoTimeout(WAIT_MILLIS);
      return socket.getInputStream().read() >= 0;
    } catch (SSLException e) {
      return false;
    }
  }

  /** A connection after its handshake, for HTTP/2. */
  static SSLSocket dial(int port, Path ca) throws IOException {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", PemFiles.certificates(ca).get(0));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }
}
