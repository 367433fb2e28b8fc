package dev.adit.core.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsContexts;
import dev.adit.core.tls.TlsIdentity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which certificates let a peer in whose handshake has succeeded. */
final class HandshakeWatchTest {
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path directory;

  private final CertificateAuthority ours = CertificateAuthority.create("ours");
  private final List<HandshakeWatch.Cause> failures = new ArrayList<>();

  @BeforeEach
  void authority() throws IOException {
    Files.writeString(ca(), CertificateAuthority.pem(ours.identity().chain()));
  }

  private Path ca() {
    return directory.resolve("ca.crt");
  }

  /** The connection of a peer that has shown this, and comes, or comes again, at a time. */
  private EmbeddedChannel accepted(TlsIdentity shown, ClientAuth auth, Instant at)
      throws IOException {
    TlsIdentity own = ours.issue(List.of("a.example"), DAY);
    SslHandler server = TlsContexts.server(own, ca(), auth).newHandler(ByteBufAllocator.DEFAULT);
    SslContext context = TlsContexts.client(ca(), shown);
    SslHandler client = context.newHandler(ByteBufAllocator.DEFAULT, "a.example", 443);
    EmbeddedChannel listening =
        new EmbeddedChannel(server, new HandshakeWatch(failures::add, () -> at));
    EmbeddedChannel dialling = new EmbeddedChannel(client);
    boolean any = true;
    while (any) {
      boolean asked = carry(dialling, listening);
      any = carry(listening, dialling) || asked;
    }
    assertTrue(server.handshakeFuture().isSuccess());
    dialling.finishAndReleaseAll();
    return listening;
  }

  private static boolean carry(EmbeddedChannel from, EmbeddedChannel to) {
    boolean any = false;
    for (ByteBuf bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
      any = true;
      if (to.isActive()) {
        to.writeInbound(bytes);
      } else {
        bytes.release();
      }
    }
    return any;
  }

  private void expect(boolean stays, EmbeddedChannel connection) {
    assertEquals(stays, connection.isActive());
    assertEquals(stays ? List.of() : List.of(HandshakeWatch.Cause.CERTIFICATE), failures);
    connection.finishAndReleaseAll();
  }

  @Test
  void certificateOfNowLetsItsPeerIn() throws IOException {
    expect(true, accepted(ours.issue(List.of("b"), DAY), ClientAuth.REQUIRE, Instant.now()));
  }

  /** A session outlives the certificate that began it, and TLS asks for none to resume it. */
  @Test
  void certificateThatHasExpiredSinceItsSessionBeganDoesNot() throws IOException {
    Instant later = Instant.now().plus(DAY.multipliedBy(2));
    expect(false, accepted(ours.issue(List.of("b"), DAY), ClientAuth.REQUIRE, later));
  }

  @Test
  void whoNeedsNoCertificateAndHasNoneStays() throws IOException {
    EmbeddedChannel connection =
        accepted(ours.issue(List.of("b"), DAY), ClientAuth.NONE, Instant.MAX);
    assertFalse(connection.pipeline().names().contains("HandshakeWatch#0"), "it has left");
    expect(true, connection);
  }
}
