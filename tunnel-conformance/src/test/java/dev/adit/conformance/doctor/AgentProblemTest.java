package dev.adit.conformance.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.app.AgentApp;
import dev.adit.agent.app.AgentStatusPage.ServerPage;
import dev.adit.conformance.check.Eventually;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import dev.adit.core.wire.FrameLimits;
import dev.adit.testing.logging.LoggedLines;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Why an agent does not get through is said in its log and its status as the doctor says it. */
@Timeout(60)
final class AgentProblemTest extends DoctorBench {
  private static final String MORE = "; tunnel-agent doctor says more";

  private static final ServerPage NOT_DIALLED = new ServerPage("", "", "", List.of());

  AgentProblemTest() throws IOException {}

  /** What the agent's status and its log say of the server that it dials; it is the same. */
  private String problem() throws Exception {
    Files.writeString(
        setup.resolve("agent.yaml"),
        Files.readString(setup.resolve("agent.yaml")) + "admin: off\n");
    try (LoggedLines lines = new LoggedLines("dev.adit.agent.tunnel.loss", Level.WARNING)) {
      AgentApp agent =
          opened(
              AgentApp.start(
                  config(Map.of()), FrameLimits.DEFAULT, WindowSizes.DEFAULT, "under-test"));
      Eventually.holds("a problem", () -> !shown(agent).problem().isEmpty());
      ServerPage server = shown(agent);
      String where =
          server.server().equals(server.address())
              ? server.address()
              : server.server() + " at " + server.address();
      String line =
          lines.all().stream()
              .filter(each -> each.startsWith("WARNING EndLog - " + where + " "))
              .findFirst()
              .orElseThrow(() -> new AssertionError(where + " in " + lines.all()));
      assertEquals(
          "WARNING EndLog - " + where + " tunnel not up: " + server.problem(),
          line.replaceFirst("; dialling again in \\d+ ms", ""));
      assertTrue(server.problem().endsWith(MORE), server.problem());
      return server.problem().substring(0, server.problem().length() - MORE.length());
    }
  }

  /** The server where this test has it; its name may have an IPv6 address too. */
  private static ServerPage shown(AgentApp agent) {
    return agent.status().dialed().stream()
        .filter(each -> each.address().startsWith("127.0.0.1:"))
        .findFirst()
        .orElse(NOT_DIALLED);
  }

  @Test
  void nobodyIsThere() throws Exception {
    dial("127.0.0.1:" + Listener.freePort());
    assertEquals("connection refused", problem());
  }

  @Test
  void serverInClearText() throws Exception {
    edit("server.yaml", "(?s)(tunnel:.*?)tls: \\{[^}]*\\}", "$1insecure: true");
    startServer();
    assertEquals("the server speaks clear text, and tls in agent.yaml asks for TLS", problem());
  }

  @Test
  void serverThatWantsTls() throws Exception {
    startServer();
    inClearText();
    String problem = problem();
    assertTrue(
        problem.matches(
            "(Connection reset by peer|the connection was closed without a word); agent.yaml asks"
                + " for clear text \\(insecure: true\\), and the server may speak TLS"),
        problem);
  }

  /** The second has the name of the one that is wanted. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void unknownAuthority(boolean namesake) throws Exception {
    startServer();
    String name = authority.identity().certificate().getSubjectX500Principal().getName();
    CertificateAuthority other =
        CertificateAuthority.create(
            namesake ? name.substring("CN=".length()) : "another authority");
    Files.writeString(
        setup.resolve("tls/ca.crt"), CertificateAuthority.pem(other.identity().chain()));
    assertEquals(
        "the certificate of the server is signed by an authority that "
            + setup.resolve("tls/ca.crt")
            + " does not hold",
        problem());
  }

  @Test
  void expiredCertificate() throws Exception {
    TlsIdentity expired = authority.issue(List.of("localhost"), Duration.ofMinutes(-5));
    dial("localhost:" + opened(Listener.tls(expired, "h2")).port());
    assertEquals(
        "the certificate of the server has expired at "
            + expired.chain().get(0).getNotAfter().toInstant(),
        problem());
  }

  @Test
  void wrongServerName() throws Exception {
    TlsIdentity other = authority.issue(List.of("a.example"), Duration.ofHours(1));
    dial("localhost:" + opened(Listener.tls(other, "h2")).port());
    String problem = problem();
    assertTrue(problem.startsWith("the certificate of the server is refused: "), problem);
    assertTrue(problem.contains("localhost"), problem);
  }
}
