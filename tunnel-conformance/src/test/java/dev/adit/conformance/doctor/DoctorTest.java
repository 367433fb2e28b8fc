package dev.adit.conformance.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.app.AgentApp;
import dev.adit.agent.doctor.Finding;
import dev.adit.agent.doctor.steps.Step;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import dev.adit.core.wire.FrameLimits;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.proto.v1.Welcome;
import dev.adit.server.app.ServerApp;
import dev.adit.testing.tls.TestCertificate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each thing that can be wrong has its own line, with its cure; nothing else is said to be. */
@Timeout(60)
final class DoctorTest extends DoctorBench {
  private static final List<Step> TO_TLS = List.of(Step.DNS, Step.TCP);

  DoctorTest() throws IOException {}

  @Test
  void goodSiteIsGoodAndTheAgentThatRunsIsNotDisturbed() throws Exception {
    ServerApp server = startServer();
    Files.writeString(
        setup.resolve("agent.yaml"),
        Files.readString(setup.resolve("agent.yaml")) + "admin: off\n");
    AgentApp agent =
        opened(
            AgentApp.start(
                config(Map.of()), FrameLimits.DEFAULT, WindowSizes.DEFAULT, "under-test"));
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
  void certificateOfTomorrow() throws Exception {
    TestCertificate made =
        TestCertificate.make(setup, "tomorrow", "CN=localhost", "dns:localhost", "+1d");
    TlsIdentity early = TlsIdentity.read(made.file(), made.key());
    dial("localhost:" + opened(Listener.tls(early, "h2")).port());
    List<Finding> findings = examine();
    assertFails(findings, Step.TLS, "is good only from 20", "set this host's clock", TO_TLS);
    assertTrue(
        findings.stream()
            .anyMatch(each -> each.found().matches(".*, and it is [0-9T:-]{19}Z here")),
        findings::toString);
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
}
