package dev.adit.conformance.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.conformance.tools.Tool;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import dev.adit.server.setup.NewSetup;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What openssl and nghttp, which share no code with us, make of our TLS. */
@Timeout(120)
final class TlsHandshakeIT {
  private static final int SECONDS = 30;

  /** Lets openssl offer what it would not by itself. */
  private static final String ANYTHING = ":@SECLEVEL=0";

  private static final String NOTHING_AGREED = "Cipher is (NONE)";

  @TempDir Path temporary;

  private Path directory;
  private RawBackend backend;
  private SecureSite site;

  /** The two listeners that others reach. */
  enum Port {
    ENTRY {
      @Override
      int of(SecureSite site) {
        return site.entryPort();
      }
    },
    TUNNEL {
      @Override
      int of(SecureSite site) {
        return site.tunnelPort();
      }
    };

    abstract int of(SecureSite site);
  }

  @BeforeEach
  void startSite() throws Exception {
    for (String tool : List.of("openssl", "nghttp")) {
      Tool.need(tool(tool, tool.equals("openssl") ? "version" : "--version").isPresent(), tool);
    }
    backend = RawBackend.start(Script.answer(5));
    directory = temporary.resolve("adit");
    SecureSite.write(directory, backend.hostAndPort());
    // With an RSA key, so that suites are refused for what they are and not for want of a key.
    Tool.Run made =
        tool(("openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=other.example"
                    + " -addext subjectAltName=DNS:*,DNS:other.example,DNS:localhost -keyout adit/tls/rsa.key"
                    + " -out adit/tls/rsa.crt")
                .split(" "))
            .orElseThrow();
    assertEquals(0, made.exitCode(), made::output);
    SecureSite.edit(
        directory.resolve("server.yaml"),
        "(entry:(?s:.*?)tls: )(\\{.*?\\})",
        "$1[$2, {cert: tls/rsa.crt, key: tls/rsa.key}]");
    site = SecureSite.start(directory);
  }

  @AfterEach
  void stopSite() throws Exception {
    if (site != null) {
      site.close();
    }
    if (backend != null) {
      backend.close();
    }
  }

  private Optional<Tool.Run> tool(String... words) throws Exception {
    return Tool.run(temporary, SECONDS, List.of(words));
  }

  /**
   * A handshake, then a line of HTTP/1.1, upon which either port closes; what openssl says until
   * then.
   *
   * @param options separated by blanks
   */
  private String handshake(int port, String options) throws Exception {
    Path input = Files.writeString(temporary.resolve("http1"), "GET / HTTP/1.1\r\n\r\n");
    List<String> words = new ArrayList<>(List.of("openssl", "s_client", "-ign_eof"));
    words.addAll(List.of("-connect", "127.0.0.1:" + port));
    words.addAll(List.of("-CAfile", directory.resolve("tls/ca.crt").toString()));
    words.addAll(List.of(options.split(" ")));
    return Tool.run(temporary, SECONDS, input, words).orElseThrow().output();
  }

  private static void assertSays(String expected, String output) {
    assertTrue(output.contains(expected), () -> "no '" + expected + "' in\n" + output);
  }

  private static void assertRefused(String output) {
    assertSays(NOTHING_AGREED, output);
    assertFalse(output.contains("ALPN protocol: h2"), output);
  }

  @ParameterizedTest
  @CsvSource({"ENTRY, -tls1", "ENTRY, -tls1_1", "TUNNEL, -tls1", "TUNNEL, -tls1_1"})
  void oldVersionIsRefused(Port port, String version) throws Exception {
    String all = "-alpn h2 -cipher ALL" + ANYTHING + " ";
    String output = handshake(port.of(site), all + version);
    assertRefused(output);
    assertSays("alert protocol version", output);
  }

  @ParameterizedTest
  @CsvSource({"ENTRY, 2", "ENTRY, 3", "TUNNEL, 2", "TUNNEL, 3"})
  void presentVersionAgreesOnHttp2(Port port, int minor) throws Exception {
    String output =
        handshake(port.of(site), "-tls1_" + minor + " -alpn http/1.1,h2 -servername localhost");
    assertSays("New, TLSv1." + minor + ", Cipher is ", output);
    assertSays("ALPN protocol: h2", output);
    assertSays("Verify return code: 0 (ok)", output);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AES128-GCM-SHA256",
        "AES128-SHA",
        "ECDHE-RSA-AES128-SHA",
        "ECDHE-RSA-AES256-SHA384",
        "DHE-RSA-AES128-SHA",
        "NULL",
        "aNULL"
      })
  void suiteThatHttp2ForbidsIsRefused(String suite) throws Exception {
    String options = "-tls1_2 -alpn h2 -servername other.example -cipher ";
    assertRefused(handshake(site.entryPort(), options + suite + ANYTHING));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-NULL-SHA"})
  void suiteThatHttp2ForbidsIsRefusedToAgents(String suite) throws Exception {
    assertRefused(handshake(site.tunnelPort(), "-tls1_2 -alpn h2 -cipher " + suite + ANYTHING));
  }

  @Test
  void suiteThatHttp2AllowsIsAccepted() throws Exception {
    String rsa = "-tls1_2 -alpn h2 -servername other.example -cipher ECDHE-RSA-AES128-GCM-SHA256";
    assertSays("Cipher is ECDHE-RSA-AES128-GCM-SHA256", handshake(site.entryPort(), rsa));
    String ecdsa = "-tls1_2 -alpn h2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256";
    assertSays("Cipher is ECDHE-ECDSA-AES128-GCM-SHA256", handshake(site.tunnelPort(), ecdsa));
  }

  @ParameterizedTest
  @EnumSource
  void whoeverOffersOnlyHttp1IsClosed(Port port) throws Exception {
    for (String alpn : List.of("-alpn http/1.1", "-alpn spdy/3")) {
      String output = handshake(port.of(site), alpn + " -servername localhost");
      assertSays("No ALPN negotiated", output);
      assertFalse(output.contains("HTTP/1.1 "), output);
    }
    String output = handshake(port.of(site), "-alpn h2 -servername localhost");
    assertSays("ALPN protocol: h2", output);
  }

  @Test
  void nameThatIsAskedForPicksTheCertificate() throws Exception {
    int port = site.entryPort();
    assertSays("subject=CN = other.example", handshake(port, "-servername other.example"));
    assertSays("subject=CN = localhost", handshake(port, "-servername localhost"));
    assertSays("subject=CN = localhost", handshake(port, "-servername unknown.example"));
    assertSays("subject=CN = localhost", handshake(port, "-noservername"));
  }

  private void issue(String file, CertificateAuthority authority) throws Exception {
    TlsIdentity own = authority.issue(List.of("agent-1.edge.example"), Duration.ofDays(1));
    Files.writeString(temporary.resolve(file + ".crt"), CertificateAuthority.pem(own.chain()));
    Files.writeString(temporary.resolve(file + ".key"), CertificateAuthority.pem(own.key()));
  }

  private void issueCertificates() throws Exception {
    issue(
        "right",
        CertificateAuthority.read(
            directory.resolve("tls/ca.crt"), directory.resolve("tls/ca.key")));
    issue("wrong", CertificateAuthority.create("wrong"));
  }

  /**
   * Starts the site anew with an agent.
   *
   * @param entry whether it is the entry that asks for certificates, else the tunnel's port
   * @param clients whether it requires them
   */
  private void restart(boolean entry, String clients) throws Exception {
    site.close();
    SecureSite.edit(
        directory.resolve("server.yaml"),
        entry ? "(tls/(?:server|rsa)\\.key)(?=.*\\])" : "(?m)^(  tls: \\{.*server\\.key)",
        "$1, clientCa: tls/ca.crt, clients: " + clients);
    site = SecureSite.start(directory);
    site.startAgent().awaitFirstTunnel();
  }

  /** What nghttp says of a real call over TLS. */
  private String call(String certificate) throws Exception {
    Path message = Files.write(temporary.resolve("message"), new byte[5]);
    List<String> words = new ArrayList<>(List.of("nghttp", "-nv", "-d", message.toString()));
    words.addAll(List.of("-H", "content-type: application/grpc", "-H", "te: trailers"));
    if (!certificate.isEmpty()) {
      words.add("--cert=" + temporary.resolve(certificate + ".crt"));
      words.add("--key=" + temporary.resolve(certificate + ".key"));
    }
    words.add("https://localhost:" + site.entryPort() + "/shop.Cart/Get");
    return tool(words.toArray(String[]::new)).orElseThrow().output();
  }

  @Test
  void callersCertificateIsRequired() throws Exception {
    issueCertificates();
    restart(true, "required");
    assertSays("grpc-status: 0", call("right"));
    for (String certificate : List.of("", "wrong")) {
      assertFalse(call(certificate).contains(":status"), certificate);
    }
    assertEquals(1, backend.requests());
  }

  @Test
  void callersCertificateIsOptional() throws Exception {
    issueCertificates();
    restart(true, "optional");
    assertSays("grpc-status: 0", call("right"));
    assertSays("grpc-status: 0", call(""));
    assertFalse(call("wrong").contains(":status"));
    assertEquals(2, backend.requests());
  }

  @ParameterizedTest
  @CsvSource({"required, true", "optional, false"})
  void agentsCertificateIsCheckedInTheHandshake(String clients, boolean refused) throws Exception {
    issueCertificates();
    SecureSite.proveByCertificate(directory, "agent-1.edge.example");
    SecureSite.edit(
        directory.resolve("agents.yaml"),
        "(?s)  tokens:.*",
        "  certificate: {san: agent-1.edge.example}\n");
    restart(false, clients);
    for (String version : List.of("-tls1_2 -alpn h2", "-tls1_3 -alpn h2")) {
      String own = version + " -cert %1$s.crt -key %1$s.key";
      assertTrue(ends(handshake(site.tunnelPort(), own.formatted("right"))), version);
      assertFalse(ends(handshake(site.tunnelPort(), own.formatted("wrong"))), version);
      assertEquals(!refused, ends(handshake(site.tunnelPort(), version)), version);
    }
  }

  /** With TLS 1.3 the caller is done before its certificate is looked at; a session comes after. */
  private static boolean ends(String handshake) {
    return handshake.lines().anyMatch(line -> line.matches(" *Session-ID: [0-9A-F]+"));
  }

  @ParameterizedTest
  @CsvSource({"ENTRY, -tls1_2", "ENTRY, -tls1_3", "TUNNEL, -tls1_2", "TUNNEL, -tls1_3"})
  void sessionFromBeforeChangeOfTheFilesIsNotResumed(Port port, String version) throws Exception {
    int number = port.of(site);
    Path ca = directory.resolve("tls/ca.crt");
    String h2 = version + " -alpn h2 -servername localhost ";
    assertSays("New, TLS", handshake(number, h2 + "-sess_out session.pem"));
    assertSays("Reused, TLS", handshake(number, h2 + "-sess_in session.pem"));

    BigInteger before = TlsCaller.shown(number, ca).getSerialNumber();
    NewSetup.renew(directory, SecureSite.HOSTS);
    Eventually.holds(
        "the new certificate is shown",
        () -> !TlsCaller.shown(number, ca).getSerialNumber().equals(before));
    String after = handshake(number, h2 + "-sess_in session.pem");
    assertSays("New, TLS", after);
    assertFalse(after.contains("Reused, TLS"), after);
  }
}
