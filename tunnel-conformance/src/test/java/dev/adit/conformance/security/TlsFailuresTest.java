package dev.adit.conformance.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Scrape;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who does not come as far as a call, or a tunnel, is counted by what was wrong. */
@Timeout(60)
final class TlsFailuresTest {
  @TempDir private Path directory;
  private RawBackend backend;

  /** The two listeners that others reach, and the entry where SNI chooses among certificates. */
  enum Port {
    ENTRY,
    ENTRY_BY_NAME,
    TUNNEL
  }

  @BeforeEach
  void writeFiles() throws IOException {
    backend = RawBackend.start(Script.answer(5));
    SecureSite.write(directory, backend.hostAndPort());
    SecureSite.edit(
        directory.resolve("server.yaml"),
        "(key: tls/server.key)\\}",
        "$1, clientCa: tls/ca.crt, clients: required}");
  }

  @AfterEach
  void stopBackend() throws IOException {
    backend.close();
  }

  private SecureSite start(Port port) throws Exception {
    if (port == Port.ENTRY_BY_NAME) {
      SecureSite.edit(
          directory.resolve("server.yaml"), "(?s)(entry:.*?tls: )(\\{[^}]*\\})", "$1[$2, $2]");
    }
    return SecureSite.start(directory);
  }

  private static int number(SecureSite site, Port port) {
    return port == Port.TUNNEL ? site.tunnelPort() : site.entryPort();
  }

  private static double counted(SecureSite site, Port port, String cause) throws IOException {
    String listener = port == Port.TUNNEL ? "tunnel" : "entry";
    return Scrape.sum(
        site.admin(), "adit_" + listener + "_tls_failures_total", "cause=\"" + cause + "\"");
  }

  @ParameterizedTest
  @EnumSource
  void clearText(Port port) throws Exception {
    try (SecureSite site = start(port)) {
      int number = number(site, port);
      // Looks whether somebody listens, as load balancers do: no failure.
      new Socket(InetAddress.getLoopbackAddress(), number).close();
      try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), number)) {
        peer.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        peer.getInputStream().readAllBytes();
      }
      Eventually.holds("it is counted", () -> counted(site, port, "clear-text") == 1);
      assertEquals(0, counted(site, port, "certificate") + counted(site, port, "other"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void noCertificateWhereOneIsRequired(Port port) throws Exception {
    try (SecureSite site = start(port)) {
      int number = number(site, port);
      TlsCaller.isSpokenTo(number, directory.resolve("tls/ca.crt"));
      Eventually.holds("it is counted", () -> counted(site, port, "other") == 1);
      assertEquals(0, counted(site, port, "certificate") + counted(site, port, "clear-text"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void certificateThatHasExpired(Port port) throws Exception {
    try (SecureSite site = start(port)) {
      int number = number(site, port);
      // Of the right authority: clients do not show one of another.
      TlsIdentity own =
          CertificateAuthority.read(
                  directory.resolve("tls/ca.crt"), directory.resolve("tls/ca.key"))
              .issue(List.of("a.example"), Duration.ofMinutes(-5));
      Path cert =
          Files.writeString(directory.resolve("a.crt"), CertificateAuthority.pem(own.chain()));
      Path key = Files.writeString(directory.resolve("a.key"), CertificateAuthority.pem(own.key()));
      TlsChannelCredentials.Builder credentials =
          TlsChannelCredentials.newBuilder()
              .trustManager(directory.resolve("tls/ca.crt").toFile())
              .keyManager(cert.toFile(), key.toFile());
      assertThrows(StatusRuntimeException.class, () -> TlsCaller.call(number, credentials));
      Eventually.holds("it is counted", () -> counted(site, port, "certificate") >= 1);
      assertEquals(0, counted(site, port, "other") + counted(site, port, "clear-text"));
    }
  }
}
