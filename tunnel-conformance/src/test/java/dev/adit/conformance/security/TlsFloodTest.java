package dev.adit.conformance.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Scrape;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limits on what peers send hold inside TLS, and on the handshake itself. */
@Timeout(60)
final class TlsFloodTest {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

  @TempDir private Path directory;
  private RawBackend backend;
  private SecureSite site;

  @BeforeEach
  void startSite() throws Exception {
    backend = RawBackend.start(Script.answer(5));
    SecureSite.write(directory, backend.hostAndPort());
    SecureSite.edit(
        directory.resolve("server.yaml"), "(?m)^( *)(listen: .*)$", "$1$2\n$1greetingTimeout: 1s");
    SecureSite.edit(
        directory.resolve("server.yaml"),
        "(?s)(admin:\\s+listen: \\S+)\\s+greetingTimeout: 1s",
        "$1");
    site = SecureSite.start(directory);
    site.startAgent().awaitFirstTunnel();
  }

  @AfterEach
  void othersAreUnharmed() throws Exception {
    assertEquals(0, TlsCaller.call(site.entryPort(), directory.resolve("tls/ca.crt")).length);
    site.close();
    backend.close();
  }

  private int port(String listener) {
    return listener.equals("entry") ? site.entryPort() : site.server().tunnelAddress().getPort();
  }

  private double counted(String listener, String limit) throws IOException {
    return Scrape.sum(
        site.admin(), "adit_" + listener + "_floods_total", "limit=\"" + limit + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"entry", "tunnel"})
  void floodInsideTlsEndsAtItsLimit(String listener) throws Exception {
    try (Socket peer = TlsCaller.dial(port(listener), directory.resolve("tls/ca.crt"))) {
      ByteArrayOutputStream flood = new ByteArrayOutputStream();
      flood.writeBytes(PREFACE);
      for (int i = 0; i <= 20; i++) {
        flood.writeBytes(SETTINGS);
      }
      OutputStream out = peer.getOutputStream();
      out.write(flood.toByteArray());
      out.flush();
      String answer = new String(peer.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertTrue(answer.contains("limit settings passed"), answer);
    }
    assertEquals(1, counted(listener, "settings"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"entry", "tunnel"})
  void handshakeThatTakesTooLongIsEnded(String listener) throws Exception {
    try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), port(listener))) {
      // The head of a ClientHello of which no more comes.
      peer.getOutputStream().write(new byte[] {22, 3, 1, 1, 0, 1});
      while (peer.getInputStream().read() >= 0) {
        // An alert perhaps.
      }
    }
    Eventually.holds("it is counted", () -> counted(listener, "greetingTimeout") == 1);
  }
}
