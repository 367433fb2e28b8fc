package dev.adit.conformance.security;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.app.AgentApp;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.CertificateStatus;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.server.setup.NewSetup;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificates are replaced while calls and tunnels use them. */
@Timeout(60)
final class CertificateReloadTest {
  private static final int LOOPS = Runtime.getRuntime().availableProcessors();

  /** An empty message, behind its five bytes of prefix. */
  private static final Script ONE_MESSAGE = Script.answer(5);

  @TempDir Path temporary;

  private Path directory;
  private Path ca;
  private RawBackend backend;
  private SecureSite site;

  @BeforeEach
  void startSite() throws Exception {
    backend = RawBackend.start(ONE_MESSAGE);
    directory = temporary.resolve("adit");
    ca = directory.resolve("tls/ca.crt");
    SecureSite.write(directory, backend.hostAndPort());
    site = SecureSite.start(directory);
  }

  @AfterEach
  void stopSite() throws IOException {
    site.close();
    backend.close();
  }

  private AgentApp startedAgent() throws Exception {
    AgentApp agent = site.startAgent();
    agent.awaitFirstTunnel();
    return agent;
  }

  private TunnelStream[] tunnels() {
    return site.server().registry().snapshot().sessions().get(0).tunnels();
  }

  private BigInteger serial(int port) throws IOException {
    return TlsCaller.shown(port, ca).getSerialNumber();
  }

  @Test
  void callsGoThroughTlsOnBothSidesAndOnlyToWhomTheyTrust() throws Exception {
    startedAgent();
    assertEquals(0, TlsCaller.call(site.entryPort(), ca).length);
    Path other = temporary.resolve("other.crt");
    Files.writeString(
        other, CertificateAuthority.pem(CertificateAuthority.create("other").identity().chain()));
    assertThrows(StatusRuntimeException.class, () -> TlsCaller.call(site.entryPort(), other));
    assertEquals(List.of(), site.warnings());
  }

  @Test
  void newCertificateIsShownOnBothPortsAndNoTunnelOrCallIsLost() throws Exception {
    startedAgent();
    Eventually.holds("a tunnel on every loop", () -> tunnels().length == LOOPS);
    TunnelStream[] tunnels = tunnels();
    BigInteger before = serial(site.entryPort());
    backend.script(backend::handOver);
    CompletableFuture<byte[]> running =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return TlsCaller.call(site.entryPort(), ca);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    var request = backend.awaitRequest();

    NewSetup.renew(directory, SecureSite.HOSTS);

    int tunnelPort = site.server().tunnelAddress().getPort();
    Eventually.holds("the entry shows it", () -> !serial(site.entryPort()).equals(before));
    Eventually.holds("the tunnel's port shows it", () -> !serial(tunnelPort).equals(before));
    assertEquals(serial(site.entryPort()), serial(tunnelPort));
    ONE_MESSAGE.run(request);
    assertEquals(0, running.join().length);
    assertArrayEquals(tunnels, tunnels());
  }

  @Test
  void statusNamesWhatIsShownAndUntilWhen() throws Exception {
    var certificates = site.server().status().certificates();
    assertEquals(
        List.of("entry.tls", "tunnel.tls"),
        certificates.stream().map(CertificateStatus::use).toList());
    CertificateStatus entry = certificates.get(0);
    assertTrue(entry.names().containsAll(SecureSite.HOSTS), entry::toString);
    assertEquals(
        TlsCaller.shown(site.entryPort(), ca).getNotAfter().toInstant().toString(), entry.ends());
  }

  @Test
  void brokenFileChangesNothingAndStatusSaysSoUntilItIsMended() throws Exception {
    Path certificate = directory.resolve("tls/server.crt");
    String good = Files.readString(certificate);
    BigInteger before = serial(site.entryPort());
    Files.writeString(certificate, good.substring(0, good.length() / 2));
    Eventually.holds("status tells of both", () -> site.warnings().size() == 2);
    assertTrue(site.warnings().get(0).startsWith("entry.tls refused: " + certificate));
    assertTrue(site.warnings().get(1).startsWith("tunnel.tls refused: " + certificate));
    assertEquals(before, serial(site.entryPort()));
    Files.writeString(certificate, good);
    Eventually.holds("status has nothing to say", () -> site.warnings().isEmpty());
  }

  @Test
  void keyOfAnotherCertificateIsRefused() throws Exception {
    Path key = directory.resolve("tls/server.key");
    BigInteger before = serial(site.entryPort());
    Files.writeString(
        key, CertificateAuthority.pem(CertificateAuthority.create("other").identity().key()));
    Eventually.holds(
        "status tells",
        () -> site.warnings().stream().anyMatch(line -> line.contains("is not the key of")));
    assertEquals(before, serial(site.entryPort()));
  }

  @Test
  void callersProveThemselvesOnceAnAuthorityForThemIsSet() throws Exception {
    site.close();
    SecureSite.edit(
        directory.resolve("server.yaml"),
        "(?s)(entry:.*?server.key)\\}",
        "$1, clientCa: tls/ca.crt}");
    site = SecureSite.start(directory);
    startedAgent();
    assertThrows(StatusRuntimeException.class, () -> TlsCaller.call(site.entryPort(), ca));
    byte[] answer = callAs(directory.resolve("tls/server.crt"), "tls/server.key");
    assertEquals(0, answer.length);
  }

  @Test
  void entryWithSeveralCertificatesTakesCallsToo() throws Exception {
    site.close();
    CertificateAuthority authority = CertificateAuthority.read(ca, directory.resolve("tls/ca.key"));
    var other = authority.issue(List.of("other.example"), Duration.ofDays(100));
    Files.writeString(directory.resolve("tls/other.crt"), CertificateAuthority.pem(other.chain()));
    Files.writeString(directory.resolve("tls/other.key"), CertificateAuthority.pem(other.key()));
    SecureSite.edit(
        directory.resolve("server.yaml"),
        "(?s)(entry:.*?tls: )(\\{.*?\\})",
        "$1[$2, {cert: tls/other.crt, key: tls/other.key}]");
    site = SecureSite.start(directory);
    startedAgent();
    assertEquals(0, TlsCaller.call(site.entryPort(), ca).length);
  }

  @Test
  void callersMayProveThemselvesWhereItIsOptional() throws Exception {
    site.close();
    SecureSite.edit(
        directory.resolve("server.yaml"),
        "(?s)(entry:.*?server.key)\\}",
        "$1, clientCa: tls/ca.crt, clients: optional}");
    site = SecureSite.start(directory);
    startedAgent();
    assertEquals(0, TlsCaller.call(site.entryPort(), ca).length);
    assertEquals(0, callAs(directory.resolve("tls/server.crt"), "tls/server.key").length);
    // Of the same name, or a client would not show it.
    var stranger =
        CertificateAuthority.create("Adit " + SecureSite.HOSTS.get(0))
            .issue(List.of("a"), Duration.ofDays(1));
    Path shown = directory.resolve("stranger.crt");
    Files.writeString(shown, CertificateAuthority.pem(stranger.chain()));
    Files.writeString(directory.resolve("stranger.key"), CertificateAuthority.pem(stranger.key()));
    assertThrows(StatusRuntimeException.class, () -> callAs(shown, "stranger.key"));
  }

  private byte[] callAs(Path certificate, String key) throws IOException {
    return TlsCaller.call(
        site.entryPort(),
        TlsChannelCredentials.newBuilder()
            .trustManager(ca.toFile())
            .keyManager(certificate.toFile(), directory.resolve(key).toFile()));
  }

  @Test
  void certificateIsNamedWhenItsEndIsNear() throws Exception {
    CertificateAuthority authority = CertificateAuthority.read(ca, directory.resolve("tls/ca.key"));
    var soon = authority.issue(SecureSite.HOSTS, Duration.ofDays(3));
    Files.writeString(directory.resolve("tls/server.crt"), CertificateAuthority.pem(soon.chain()));
    Files.writeString(directory.resolve("tls/server.key"), CertificateAuthority.pem(soon.key()));
    Eventually.holds(
        "status tells",
        () -> site.warnings().stream().anyMatch(line -> line.contains("expires at")));
    assertNotEquals(List.of(), site.warnings());
  }
}
