package dev.adit.conformance.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.config.AgentConfig;
import dev.adit.agent.config.AgentConfigReader;
import dev.adit.agent.doctor.Doctor;
import dev.adit.agent.doctor.Finding;
import dev.adit.agent.doctor.Finding.Result;
import dev.adit.agent.doctor.steps.Step;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.wire.FrameLimits;
import dev.adit.server.app.ServerApp;
import dev.adit.server.config.ServerConfigReader;
import dev.adit.server.setup.NewSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The files that {@code init} writes, what is done to them, and what the doctor says of it. */
abstract class DoctorBench {
  static final List<Step> TO_TOKEN = List.of(Step.DNS, Step.TCP, Step.TLS, Step.ALPN, Step.HTTP2);

  @TempDir Path directory = Path.of("");
  final List<AutoCloseable> open = new ArrayList<>();
  Path setup = Path.of("");
  CertificateAuthority authority = CertificateAuthority.create("unused");
  RawBackend backend;

  DoctorBench() throws IOException {
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

  <T extends AutoCloseable> T opened(T each) {
    open.add(0, each);
    return each;
  }

  void edit(String file, String regex, String replacement) throws IOException {
    Path path = setup.resolve(file);
    Files.writeString(path, Files.readString(path).replaceAll(regex, replacement));
  }

  ServerApp startServer() throws Exception {
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
  void dial(String server) throws IOException {
    edit("agent.yaml", "servers: \\[[^\\]]*\\]", "servers: [\"" + server + "\"]");
  }

  void inClearText() throws IOException {
    edit("agent.yaml", "tls: \\{.*", "insecure: true");
  }

  AgentConfig config(Map<String, String> environment) throws Exception {
    return AgentConfigReader.read(setup.resolve("agent.yaml"), environment);
  }

  List<Finding> examine() throws Exception {
    return examine(Map.of());
  }

  List<Finding> examine(Map<String, String> environment) throws Exception {
    List<Finding> findings = new ArrayList<>();
    Doctor.examine(config(environment), "under-test", findings::add);
    return findings;
  }

  /** Exactly this step fails, and its line has both texts; what is listed went well before. */
  static void assertFails(
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

  static void assertGood(List<Finding> findings) {
    assertTrue(
        findings.stream().allMatch(finding -> finding.result() == Result.OK), findings::toString);
  }
}
