package dev.adit.conformance.systems;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.core.admin.AdminClient;
import dev.adit.demo.backend.server.BackendConfig;
import dev.adit.demo.backend.server.BackendServer;
import dev.adit.demo.backend.server.SampleSystem;
import dev.adit.demo.client.CallRecord;
import dev.adit.demo.client.DetectClient.SampleText;
import dev.adit.demo.proto.detect.DetectGrpc;
import dev.adit.demo.proto.detect.DetectRequest;
import dev.adit.server.admin.ServerStatus;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Rule files are written, renamed, swapped, broken and mended while calls run: no call fails, and
 * each good edit comes into force.
 */
final class LiveRulesIT {
  private static final int CALLERS = 4;
  private static final int TEXT_BYTES = 1000;
  private static final Duration SIGNAL_TIMEOUT = Duration.ofSeconds(10);

  /** The calls that run all the time, and a service that shows which edit is in force. */
  private static final String RULES =
      """
      version: 1
      rules:
      - name: steady
        matches: [{service: Detect}]
        to: moderation
      - name: probe
        matches: [{service: %s}]
        to: moderation
      """;

  private BackendServer backend;
  private SystemSite site;
  private ManagedChannel channel;
  private Path rules;
  private AdminClient admin;

  @BeforeEach
  void start() throws Exception {
    backend = BackendServer.start(BackendConfig.onLoopback("detect-1", SampleSystem.DETECT));
    site =
        SystemSite.start(
            SitePlan.of(
                RULES.formatted("probe.First"),
                AgentPlan.of("site-a", "moderation", backend.address())));
    channel = site.channel("text.example.com");
    rules = site.tunnel().directory().resolve("server/rules");
    admin = new AdminClient(site.tunnel().admin(), null);
  }

  @AfterEach
  void stop() {
    site.close();
    backend.close();
  }

  @Test
  @Timeout(120)
  void editsUnderLoadLoseNoCall() throws Exception {
    SteadyCalls calls = SteadyCalls.start(channel, SampleText.of(TEXT_BYTES), CALLERS);
    Path file = rules.resolve("rules.yaml");

    Files.writeString(file, RULES.formatted("probe.Written"));
    awaitInForce("probe.Written", "written in place");

    Path renamed = Files.writeString(rules.resolve(".rules.swp"), RULES.formatted("probe.Renamed"));
    Files.move(renamed, file, StandardCopyOption.ATOMIC_MOVE);
    awaitInForce("probe.Renamed", "renamed by an editor");

    Files.writeString(file, RULES.formatted("probe.Broken") + "  prioritty: 1\n");
    Eventually.holds("the mistake is told", () -> !status().rules().problems().isEmpty());
    String problem = status().rules().problems().get(0);
    assertTrue(problem.contains("rules.yaml:9:3: rules[1].prioritty: unknown key"), problem);
    assertTrue(problem.contains("did you mean 'priority'?"), problem);
    assertTrue(isInForce("probe.Renamed") && !isInForce("probe.Broken"), "the last good ones stay");

    Files.writeString(file, RULES.formatted("probe.Mended"));
    awaitInForce("probe.Mended", "mended");
    assertEquals(0, status().rules().problems().size());

    swapBySymlink(file);

    if (isHangUpIgnored()) {
      System.out.println("SKIPPED: SIGHUP, which this process was started to ignore (nohup)");
    } else {
      long loaded = status().rules().loaded();
      hangUp();
      Eventually.holds("SIGHUP loads", () -> status().rules().loaded() > loaded);
      assertTrue(isInForce("probe.Second"), "the rules stay after SIGHUP");
    }

    calls.stop();
    assertEquals(List.of(), calls.problems());
    assertTrue(calls.takenBy("detect-1") > 0, "calls ran");
    System.out.println("edited under load: " + calls.takenBy("detect-1") + " calls, none failed");
  }

  /** As Kubernetes changes the files of a ConfigMap. */
  private void swapBySymlink(Path file) throws IOException {
    newMount("..first", "probe.Mounted");
    Files.createSymbolicLink(rules.resolve("..data"), Path.of("..first"));
    Files.createSymbolicLink(rules.resolve("mounted.yaml"), Path.of("..data/mounted.yaml"));
    // Until now its rules were there twice, which is refused as a whole.
    Files.delete(file);
    awaitInForce("probe.Mounted", "mounted");
    newMount("..second", "probe.Second");
    Path next = Files.createSymbolicLink(rules.resolve("..data_tmp"), Path.of("..second"));
    Files.move(next, rules.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    awaitInForce("probe.Second", "swapped by symlink");
  }

  private void newMount(String name, String service) throws IOException {
    Path mount = Files.createDirectory(rules.resolve(name));
    Files.writeString(mount.resolve("mounted.yaml"), RULES.formatted(service));
  }

  /** A process that inherits SIGHUP as ignored, as the children of nohup do, stays deaf to it. */
  private static boolean isHangUpIgnored() throws IOException {
    Path own = Path.of("/proc/self/status");
    return Files.exists(own)
        && Files.readAllLines(own).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) != 0);
  }

  private void hangUp() throws Exception {
    long server = site.tunnel().process("server").pid();
    Process kill = new ProcessBuilder("sh", "-c", "kill -HUP " + server).start();
    assertTrue(kill.waitFor(SIGNAL_TIMEOUT.toSeconds(), TimeUnit.SECONDS), "kill ends");
    assertEquals(0, kill.exitValue());
  }

  private void awaitInForce(String service, String how) {
    long begun = System.nanoTime();
    Eventually.holds(how, () -> isInForce(service));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    System.out.println(how + ": in force after " + millis + " ms");
  }

  /** Whether the entry itself gives calls of this service to an agent. */
  private boolean isInForce(String service) {
    CallRecord call = new CallRecord();
    var method =
        DetectGrpc.getDetectMethod().toBuilder().setFullMethodName(service + "/Ask").build();
    try {
      ClientCalls.blockingUnaryCall(
          call.on(channel), method, CallOptions.DEFAULT, DetectRequest.getDefaultInstance());
      return true;
    } catch (StatusRuntimeException e) {
      // The backend has no such service either; what counts is who says so.
      return !call.metadata("x-tunnel-reason").equals(Optional.of("no-rule"));
    }
  }

  private ServerStatus status() throws IOException {
    return admin.get("/status", ServerStatus.class);
  }
}
