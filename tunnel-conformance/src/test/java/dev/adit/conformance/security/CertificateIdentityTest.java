package dev.adit.conformance.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Scrape;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Agents that prove who they are by a certificate. */
@Timeout(60)
final class CertificateIdentityTest {
  /** An empty message, behind its five bytes of prefix. */
  private static final Script ONE_MESSAGE = Script.answer(5);

  @TempDir Path temporary;

  private Path directory;
  private RawBackend backend;
  private SecureSite site;

  @BeforeEach
  void startSite() throws Exception {
    backend = RawBackend.start(ONE_MESSAGE);
    directory = temporary.resolve("adit");
    SecureSite.write(directory, backend.hostAndPort());
    SecureSite.edit(
        directory.resolve("server.yaml"),
        "(?s)(tunnel:.*?server.key)\\}",
        "$1, clientCa: tls/ca.crt}");
    SecureSite.edit(
        directory.resolve("agents.yaml"),
        "(?s)  tokens:.*",
        "  certificate: {san: agent-1.edge.example}\n");
    site = SecureSite.start(directory);
  }

  @AfterEach
  void stopSite() throws IOException {
    site.close();
    backend.close();
  }

  private boolean refused(String reason) throws IOException {
    return Scrape.sum(site.admin(), "adit_tunnels_refused_total", "reason=\"" + reason + "\"") >= 1;
  }

  @Test
  void agentWithTheNamedCertificateServesAndIsCutOffWithItsLine() throws Exception {
    SecureSite.proveByCertificate(directory, "agent-1.edge.example");
    site.startAgent().awaitFirstTunnel();
    assertEquals(List.of("agent-1"), site.connected());
    assertEquals(0, TlsCaller.call(site.entryPort(), directory.resolve("tls/ca.crt")).length);

    SecureSite.edit(directory.resolve("agents.yaml"), "agent-1.edge", "agent-2.edge");
    Eventually.holds("it is cut off", () -> site.connected().isEmpty());
    Eventually.holds("and refused from then on", () -> refused("unauthenticated"));
  }

  @Test
  void certificateOfAnotherNameIsRefused() throws Exception {
    SecureSite.proveByCertificate(directory, "agent-9.edge.example");
    site.startAgent();
    Eventually.holds("it is refused", () -> refused("unauthenticated"));
    assertEquals(List.of(), site.connected());
  }

  @Test
  void agentTakesCertificateThatIsPutInThePlaceOfWrongOne() throws Exception {
    SecureSite.proveByCertificate(directory, "agent-9.edge.example");
    var agent = site.startAgent();
    Eventually.holds("it is refused", () -> refused("unauthenticated"));
    SecureSite.proveByCertificate(directory, "agent-1.edge.example");
    agent.awaitFirstTunnel();
    assertEquals(List.of("agent-1"), site.connected());
  }

  @Test
  void dnsNameOfTheFileHasNoCase() throws Exception {
    SecureSite.edit(directory.resolve("agents.yaml"), "agent-1.edge", "Agent-1.EDGE");
    site.close();
    site = SecureSite.start(directory);
    SecureSite.proveByCertificate(directory, "agent-1.edge.example");
    site.startAgent().awaitFirstTunnel();
    assertEquals(List.of("agent-1"), site.connected());
  }

  @Test
  void dnsNameOfTheCertificateHasNoCase() throws Exception {
    SecureSite.proveByCertificate(directory, "Agent-1.EDGE.example");
    site.startAgent().awaitFirstTunnel();
    assertEquals(List.of("agent-1"), site.connected());
  }

  private boolean isSpokenToWithoutCertificate() throws IOException {
    return TlsCaller.isSpokenTo(
        site.server().tunnelAddress().getPort(), directory.resolve("tls/ca.crt"));
  }

  @Test
  void agentsMayComeWithoutCertificateUnlessItIsRequired() throws Exception {
    assertTrue(isSpokenToWithoutCertificate());
    site.close();
    SecureSite.edit(
        directory.resolve("server.yaml"), "clientCa: tls/ca.crt", "$0, clients: required");
    site = SecureSite.start(directory);
    assertFalse(isSpokenToWithoutCertificate());
    SecureSite.proveByCertificate(directory, "agent-1.edge.example");
    site.startAgent().awaitFirstTunnel();
    assertEquals(List.of("agent-1"), site.connected());
  }

  @Test
  void tokenThatNobodyKnowsIsRefusedWhereCertificatesCount() throws Exception {
    site.startAgent();
    Eventually.holds("it is refused", () -> refused("unauthenticated"));
    assertEquals(List.of(), site.connected());
  }

  @Test
  void serverThatAsksForNoCertificateWarns() throws Exception {
    site.close();
    SecureSite.edit(directory.resolve("server.yaml"), ", clientCa: tls/ca.crt", "");
    site = SecureSite.start(directory);
    assertTrue(site.warnings().get(0).contains("tunnel.tls.clientCa"));
    assertEquals(1, site.warnings().size());
    assertTrue(Files.exists(directory.resolve("agents.yaml")));
  }
}
