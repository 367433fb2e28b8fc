package dev.adit.conformance.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.app.AgentApp;
import dev.adit.agent.config.AgentConfig;
import dev.adit.agent.config.AgentConfigReader;
import dev.adit.agent.doctor.Doctor;
import dev.adit.agent.doctor.Finding;
import dev.adit.agent.doctor.Finding.Result;
import dev.adit.agent.doctor.steps.Step;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import dev.adit.core.wire.FrameLimits;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.proto.v1.Welcome;
import dev.adit.server.app.ServerApp;
import dev.adit.server.config.ServerConfigReader;
import dev.adit.server.setup.NewSetup;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each thing that can be wrong has its own line, with its cure; nothing else is said to be. */
@Timeout(60)
final class DoctorTest {
  private static final List<Step> TO_TLS = List.of(Step.DNS, Step.TCP);

  @TempDir private Path directory = Path.of("");
  private final List<AutoCloseable> open = new ArrayList<>();
  private Path setup = Path.of("");
  private CertificateAuthority authority = CertificateAuthority.create("unused");
  private RawBackend backend;

  DoctorTest() throws IOException {
    backend = RawBackend.start(Script.answer(5));
  }

  @BeforeEach
  void writeFiles() throws IOException {
    setup = directory.resolve("adit");
    new NewSetup(
            setup, List.of("localhost", "127.0.0.1"), "agent-1", "default", backend.hostAndPort())
        .write();
    edit("server.yaml", "(0\\.0\\.0\\.0|127\\.0\\.0\\.1):80\\d\\d", "127.0.0.1:0");
    authority = CertificateAuthority.read(setup.resolve("tls/ca.crt"), setup.resolve("tls/ca.key"));
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    backend.close();
  }

  private <T extends AutoCloseable> T opened(T each) {
    open.add(0, each);
    return each;
  }

  private void edit(String file, String regex, String replacement) throws IOException {
    Path path = setup.resolve(file);
    Files.writeString(path, Files.readString(path).replaceAll(regex, replacement));
  }

  private ServerApp startServer() throws Exception {
    ServerApp server =
        opened(
            ServerApp.start(
                ServerConfigReader.read(setup.resolve("server.yaml")),
                FrameLimits.DEFAULT,
                "under-test",
                System.out));
    dial("localhost:" + server.tunnelAddress().getPort());
    return server;
  }

  /** The agent's file names this server. */
  private void dial(String server) throws IOException {
    edit("agent.yaml", "servers: \\[[^\\]]*\\]", "servers: [\"" + server + "\"]");
  }

  private void inClearText() throws IOException {
    edit("agent.yaml", "tls: \\{.*", "insecure: true");
  }

  private AgentConfig config(Map<String, String> environment) throws Exception {
    return AgentConfigReader.read(setup.resolve("agent.yaml"), environment);
  }

  private List<Finding> examine() throws Exception {
    return examine(Map.of());
  }

  private List<Finding> examine(Map<String, String> environment) throws Exception {
    List<Finding> findings = new ArrayList<>();
    Doctor.examine(config(environment), "under-test", findings::add);
    return findings;
  }

  /** Exactly this step fails, and its line has both texts; what is listed went well before. */
  private static void assertFails(
      List<Finding> findings, Step step, String found, String cure, List<Step> good) {
    List<Finding> failed =
        findings.stream().filter(finding -> finding.result() == Result.FAILED).toList();
    assertEquals(List.of(step), failed.stream().map(Finding::step).toList(), findings::toString);
    assertTrue(failed.get(0).found().contains(found), failed::toString);
    assertTrue(failed.get(0).cure().contains(cure), failed::toString);
    assertEquals(1, failed.get(0).toString().lines().count());
    List<Step> wentWell =
        findings.stream()
            .filter(finding -> finding.result() == Result.OK && finding.step() != Step.BACKEND)
            .map(Finding::step)
            .distinct()
            .toList();
    assertEquals(good, wentWell, findings::toString);
  }

  private static void assertGood(List<Finding> findings) {
    assertTrue(
        findings.stream().allMatch(finding -> finding.result() == Result.OK), findings::toString);
  }

  @Test
  void goodSiteIsGoodAndTheAgentThatRunsIsNotDisturbed() throws Exception {
    ServerApp server = startServer();
    Files.writeString(
        setup.resolve("agent.yaml"),
        Files.readString(setup.resolve("agent.yaml")) + "admin: off\n");
    AgentApp agent =
        opened(
            AgentApp.start(
                config(Map.of()),
                FrameLimits.DEFAULT,
                WindowSizes.DEFAULT.initial(),
                "under-test"));
    agent.awaitFirstTunnel();
    List<Finding> findings = examine();
    assertGood(findings);
    assertEquals(
        List.of(
            Step.DNS,
            Step.TCP,
            Step.TLS,
            Step.ALPN,
            Step.HTTP2,
            Step.TOKEN,
            Step.GROUP,
            Step.HEARTBEAT,
            Step.BACKEND),
        findings.stream().map(Finding::step).toList());
    assertEquals(1, server.registry().snapshot().sessions().size());
    assertEquals(
        agent.status().instance(), server.registry().snapshot().sessions().get(0).instance());
    assertTrue(server.registry().snapshot().sessions().get(0).tunnels().length > 0);
  }

  @Test
  void probeServesNothing() throws Exception {
    ServerApp server = startServer();
    assertGood(examine());
    assertEquals(0, server.registry().snapshot().sessions().size());
    assertTrue(
        server.status().warnings().stream().anyMatch(line -> line.contains("no agent of group")),
        "a probe counts as an agent that has joined");
  }

  @Test
  void unknownHost() throws Exception {
    dial("nowhere.invalid:8003");
    assertFails(
        examine(), Step.DNS, "no address for the name nowhere.invalid", "servers", List.of());
  }

  @Test
  void refusedPort() throws Exception {
    dial("localhost:" + Listener.freePort());
    assertFails(
        examine(), Step.TCP, "connection refused", "start tunnel-server there", List.of(Step.DNS));
  }

  @Test
  void droppingFirewall() throws Exception {
    dial("localhost:" + opened(Listener.dropping()).port());
    assertFails(examine(), Step.TCP, "no answer in 5 s", "firewalls", List.of(Step.DNS));
  }

  @Test
  void serverInClearText() throws Exception {
    edit("server.yaml", "(?s)(tunnel:.*?)tls: \\{[^}]*\\}", "$1insecure: true");
    startServer();
    assertFails(examine(), Step.TLS, "speaks clear text", "tunnel.tls in server.yaml", TO_TLS);
  }

  @Test
  void serverThatWantsTls() throws Exception {
    startServer();
    inClearText();
    assertFails(examine(), Step.HTTP2, "speaks TLS", "take insecure: true out", TO_TLS);
  }

  @Test
  void unknownAuthority() throws Exception {
    startServer();
    CertificateAuthority other = CertificateAuthority.create("another authority");
    Files.writeString(
        setup.resolve("tls/ca.crt"), CertificateAuthority.pem(other.identity().chain()));
    assertFails(examine(), Step.TLS, "is signed by 'CN=", "tls.ca in agent.yaml", TO_TLS);
  }

  @Test
  void expiredCertificate() throws Exception {
    TlsIdentity expired = authority.issue(List.of("localhost"), Duration.ofMinutes(-5));
    dial("localhost:" + opened(Listener.tls(expired, "h2")).port());
    assertFails(examine(), Step.TLS, "has expired at 20", "put a new certificate", TO_TLS);
  }

  @Test
  void wrongServerName() throws Exception {
    TlsIdentity other = authority.issue(List.of("a.example", "*.b.example"), Duration.ofHours(1));
    dial("localhost:" + opened(Listener.tls(other, "h2")).port());
    assertFails(
        examine(),
        Step.TLS,
        "is for a.example, *.b.example, not for localhost",
        "tls.serverName in agent.yaml",
        TO_TLS);
  }

  @Test
  void serverThatWantsACertificate() throws Exception {
    edit(
        "server.yaml",
        "(?s)(tunnel:.*?server.key)\\}",
        "$1, clientCa: tls/ca.crt, clients: required}");
    startServer();
    assertFails(
        examine(),
        Step.HTTP2,
        "the server ends TLS",
        "set tls.cert and tls.key in agent.yaml: it wants a certificate",
        List.of(Step.DNS, Step.TCP, Step.TLS, Step.ALPN));
  }

  @Test
  void noAlpn() throws Exception {
    TlsIdentity own = authority.issue(List.of("localhost"), Duration.ofHours(1));
    dial("localhost:" + opened(Listener.tls(own)).port());
    assertFails(
        examine(),
        Step.ALPN,
        "does not choose h2",
        "switch HTTP/2 (gRPC) on",
        List.of(Step.DNS, Step.TCP, Step.TLS));
  }

  @Test
  void webServer() throws Exception {
    inClearText();
    dial("localhost:" + opened(Listener.answering("HTTP/1.1 400 Bad Request\r\n\r\n")).port());
    assertFails(examine(), Step.HTTP2, "speaks HTTP/1.1", "gRPC port", TO_TLS);
  }

  @Test
  void entryInsteadOfTunnelPort() throws Exception {
    ServerApp server = startServer();
    dial("localhost:" + ((InetSocketAddress) server.entryAddress()).getPort());
    assertFails(
        examine(),
        Step.TOKEN,
        "no tunnel of this version answers there: agents dial the address of tunnel.listen",
        "tunnel.listen",
        List.of(Step.DNS, Step.TCP, Step.TLS, Step.ALPN, Step.HTTP2));
  }

  private Map<String, String> proxy(int port) {
    return Map.of("HTTPS_PROXY", "http://127.0.0.1:" + port);
  }

  @Test
  void goodProxy() throws Exception {
    ServerApp server = startServer();
    Listener proxy =
        opened(
            Listener.start(
                connection -> {
                  readHead(connection.getInputStream());
                  connection
                      .getOutputStream()
                      .write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                  Listener.pipe(
                      connection,
                      new InetSocketAddress(
                          InetAddress.getLoopbackAddress(), server.tunnelAddress().getPort()));
                }));
    List<Finding> findings = examine(proxy(proxy.port()));
    assertGood(findings);
    assertEquals(Step.PROXY, findings.get(1).step());
  }

  private static void readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) in.read());
    }
  }

  @Test
  void absentProxy() throws Exception {
    dial("tunnel.example:8003");
    assertFails(
        examine(proxy(Listener.freePort())),
        Step.PROXY,
        "cannot be reached: connection refused",
        "HTTPS_PROXY",
        List.of(Step.DNS));
  }

  @Test
  void refusingProxy() throws Exception {
    dial("tunnel.example:8003");
    Listener proxy = opened(Listener.answering("HTTP/1.1 403 Forbidden\r\nx: y\r\n\r\n"));
    assertFails(
        examine(proxy(proxy.port())),
        Step.PROXY,
        "refuses CONNECT tunnel.example:8003 (403)",
        "allow CONNECT to tunnel.example:8003",
        List.of(Step.DNS));
  }

  @Test
  void proxyThatAsksForCredentials() throws Exception {
    dial("tunnel.example:8003");
    Listener proxy = opened(Listener.answering("HTTP/1.1 407 Who Are You\r\n\r\n"));
    assertFails(
        examine(proxy(proxy.port())),
        Step.PROXY,
        "asks for credentials",
        "http://USER:PASSWORD@",
        List.of(Step.DNS));
    assertFails(
        examine(Map.of("HTTPS_PROXY", "http://me:secret@127.0.0.1:" + proxy.port())),
        Step.PROXY,
        "does not take our user and password",
        "mend them",
        List.of(Step.DNS));
  }

  private static final List<Step> TO_TOKEN =
      List.of(Step.DNS, Step.TCP, Step.TLS, Step.ALPN, Step.HTTP2);

  @Test
  void wrongToken() throws Exception {
    startServer();
    Files.writeString(setup.resolve("secrets/agent.token"), "adit_another");
    assertFails(
        examine(),
        Step.TOKEN,
        "does not know our credential",
        "tunnel-server token new --agent agent-1",
        TO_TOKEN);
  }

  @Test
  void tokenThatCannotBeRead() throws Exception {
    startServer();
    edit("agent.yaml", "token: .*", "token: {env: ADIT_TEST_NO_SUCH_TOKEN}");
    assertFails(examine(), Step.TOKEN, "the token cannot be read", "token of agent.yaml", TO_TOKEN);
  }

  @Test
  void tokenOfAnotherAgent() throws Exception {
    startServer();
    edit("agent.yaml", "id: .*", "id: agent-2");
    assertFails(
        examine(), Step.TOKEN, "is not for agent agent-2", "the server's agents.yaml", TO_TOKEN);
  }

  @Test
  void groupThatIsNotAllowed() throws Exception {
    startServer();
    edit("agent.yaml", "groups: .*", "groups: [default, shop]");
    List<Step> good = new ArrayList<>(TO_TOKEN);
    good.addAll(List.of(Step.TOKEN, Step.GROUP, Step.HEARTBEAT));
    assertFails(
        examine(),
        Step.GROUP,
        "not for group shop, only for default",
        "add shop to groups of agent agent-1",
        good);
  }

  /** Speaks gRPC, welcomes the agent and is never heard of again. */
  @Test
  void silentServer() throws Exception {
    Welcome welcome =
        Welcome.newBuilder()
            .setServerId("silent")
            .addGroups("default")
            .setLoops(1)
            .setInitialWindow(65536)
            .setCallWindow(65536)
            .setHeartbeatMs(500)
            .setDeadAfterMs(2000)
            .build();
    byte[] message =
        TunnelMessage.newBuilder()
            .addFrames(Frame.newBuilder().setWelcome(welcome))
            .build()
            .toByteArray();
    byte[] body =
        ByteBuffer.allocate(5 + message.length)
            .put((byte) 0)
            .putInt(message.length)
            .put(message)
            .array();
    RawBackend server =
        opened(
            RawBackend.start(
                stream -> {
                  stream.nextHead();
                  stream.head(
                      Field.list(":status", "200", "content-type", "application/grpc"), false);
                  stream.data(body, false);
                }));
    inClearText();
    dial(server.hostAndPort());
    assertFails(
        examine(),
        Step.HEARTBEAT,
        "does not answer heartbeats",
        "proxy on the way",
        List.of(Step.DNS, Step.TCP, Step.HTTP2, Step.TOKEN, Step.GROUP));
  }

  /** The server is good; what its line of the backend says. */
  private void assertBackendFails(String found, String cure) throws Exception {
    startServer();
    List<Step> good = new ArrayList<>(TO_TOKEN);
    good.addAll(List.of(Step.TOKEN, Step.GROUP, Step.HEARTBEAT));
    assertFails(examine(), Step.BACKEND, found, cure, good);
  }

  private void backend(int port, String more) throws IOException {
    edit(
        "agent.yaml",
        "(?s)  backends: .*",
        "  backends: [\"localhost:" + port + "\"]\n  " + more + "\n");
  }

  @Test
  void backendThatIsNotThere() throws Exception {
    int port = Listener.freePort();
    backend(port, "");
    assertBackendFails(
        "connection refused", "start the backend there, or mend the address localhost:" + port);
  }

  @Test
  void backendWithoutHttp2() throws Exception {
    backend(opened(Listener.answering("HTTP/1.1 400 Bad Request\r\n\r\n")).port(), "");
    assertBackendFails("the backend speaks HTTP/1.1", "with prior knowledge");
  }

  @Test
  void backendWhoseTlsFails() throws Exception {
    TlsIdentity strange =
        CertificateAuthority.create("strange").issue(List.of("localhost"), Duration.ofHours(1));
    backend(opened(Listener.tls(strange, "h2")).port(), "tls: {ca: tls/ca.crt}");
    assertBackendFails("is signed by 'CN=strange'", "tls of upstream");
  }

  @Test
  void backendThatDoesNotServe() throws Exception {
    byte[] notServing = {0, 0, 0, 0, 2, 8, 2};
    RawBackend unwell =
        opened(
            RawBackend.start(
                stream -> {
                  stream.nextHead();
                  stream.head(
                      Field.list(":status", "200", "content-type", "application/grpc"), false);
                  stream.data(notServing, false);
                  stream.head(Field.list("grpc-status", "0"), true);
                }));
    backend(unwell.address().getPort(), "health: {grpc: \"\"}");
    assertBackendFails("it says that it does not serve", "look into the backend's log");
  }
}
