package dev.adit.core.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client hears of the certificate that it shows. */
final class ClientCertificateTest {
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path directory;

  private final CertificateAuthority ours = CertificateAuthority.create("ours");

  private SslHandler server() throws IOException {
    Path ca = directory.resolve("ca.crt");
    Files.writeString(ca, CertificateAuthority.pem(ours.identity().chain()));
    TlsIdentity own = ours.issue(List.of("a.example"), DAY);
    return TlsContexts.server(own, ca, ClientAuth.REQUIRE).newHandler(ByteBufAllocator.DEFAULT);
  }

  private SslHandler client(TlsIdentity shown) throws IOException {
    SslContext context = TlsContexts.client(directory.resolve("ca.crt"), shown);
    return context.newHandler(ByteBufAllocator.DEFAULT, "a.example", 443);
  }

  /** Carries what each says to the other, until both are silent; what the client complains of. */
  private static List<String> complaints(SslHandler server, SslHandler client) {
    EmbeddedChannel listening = new EmbeddedChannel(server);
    EmbeddedChannel dialling = new EmbeddedChannel(client);
    List<String> refusals = new ArrayList<>();
    List<String> complaints = new ArrayList<>();
    boolean any = true;
    while (any) {
      boolean asked = carry(dialling, listening, refusals);
      boolean answered = carry(listening, dialling, complaints);
      any = asked || answered;
    }
    return complaints;
  }

  private static boolean carry(EmbeddedChannel from, EmbeddedChannel to, List<String> failures) {
    boolean any = false;
    for (ByteBuf bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
      any = true;
      if (to.isActive()) {
        hand(bytes, to, failures);
      } else {
        bytes.release();
      }
    }
    return any;
  }

  private static void hand(ByteBuf bytes, EmbeddedChannel to, List<String> failures) {
    try {
      to.writeInbound(bytes);
    } catch (DecoderException e) {
      failures.add(String.valueOf(e.getMessage()));
    }
  }

  @Test
  void oneOfOursIsTaken() throws IOException {
    SslHandler server = server();
    assertEquals(List.of(), complaints(server, client(ours.issue(List.of("agent"), DAY))));
    assertTrue(server.handshakeFuture().isSuccess());
  }

  /** It heard of an internal error, and whoever runs it looked for it at the server. */
  @Test
  void oneOfAnotherAuthorityIsSaidToBeOfAnUnknownOne() throws IOException {
    SslHandler server = server();
    // Of the same name, else the client would not show it.
    TlsIdentity foreign = CertificateAuthority.create("ours").issue(List.of("agent"), DAY);
    List<String> complaints = complaints(server, client(foreign));
    assertEquals(1, complaints.size(), complaints::toString);
    assertTrue(complaints.get(0).contains("UNKNOWN_CA"), complaints::toString);
  }
}
