package dev.adit.conformance.systems;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.demo.backend.server.BackendConfig;
import dev.adit.demo.backend.server.BackendServer;
import dev.adit.demo.backend.server.SampleSystem;
import dev.adit.demo.client.CallRecord;
import dev.adit.demo.client.DetectClient;
import dev.adit.demo.client.DetectClient.SampleText;
import dev.adit.demo.client.RetryPolicy;
import dev.adit.demo.process.ChildProcess;
import dev.adit.demo.proto.detect.DetectGrpc;
import dev.adit.demo.proto.detect.DetectRequest;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The spam detector (S4): two backends behind one agent. */
final class DetectSystemIT {
  private static final String HOST = "spam.example.org";
  private static final int LARGE_BYTES = 100 * 1024 * 1024;
  private static final int SMALL_BYTES = 64 * 1024;
  private static final int CALLERS = 4;
  private static final long MAX_RESIDENT_KIB = 512 * 1024;
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final String RULES =
      """
      version: 1
      rules:
      - name: spam
        matches: [{service: Detect, method: detect}]
        to: moderation
      """;
  private static final String UPSTREAM =
      "upstreams:\n- {name: detect, backends: [\"%s\", \"%s\"], balance: roundRobin}\n";

  private BackendServer first;
  private BackendServer second;
  private SystemSite site;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    first = BackendServer.start(BackendConfig.onLoopback("detect-1", SampleSystem.DETECT));
    second = BackendServer.start(BackendConfig.onLoopback("detect-2", SampleSystem.DETECT));
    String upstream = UPSTREAM.formatted(first.address(), second.address());
    site =
        SystemSite.start(
            SitePlan.of(RULES, new AgentPlan("site-b", List.of("moderation"), upstream)));
    channel = site.channel(HOST);
  }

  @AfterEach
  void stop() {
    site.close();
    first.close();
    second.close();
  }

  @Test
  void aServiceWithoutAPackageIsRoutedByItsLowerCaseMethod() {
    assertEquals("a *******", new DetectClient(channel).detect("a lottery"));

    CallRecord call = new CallRecord();
    var upperCase =
        DetectGrpc.getDetectMethod().toBuilder().setFullMethodName("Detect/Detect").build();
    StatusRuntimeException failure =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                ClientCalls.blockingUnaryCall(
                    call.on(channel),
                    upperCase,
                    CallOptions.DEFAULT,
                    DetectRequest.getDefaultInstance()));
    assertEquals(Status.Code.UNIMPLEMENTED, failure.getStatus().getCode());
    assertEquals(Optional.of("no-rule"), call.metadata("x-tunnel-reason"));
  }

  @Test
  @Timeout(60)
  void oneHundredMebibytesPassBothWaysThroughSmallHeaps() throws Exception {
    SampleText text = SampleText.of(LARGE_BYTES);

    // Not assertEquals: it would print both.
    assertTrue(
        text.masked().equals(new DetectClient(channel).detect(text.content())), "text differs");

    site.tunnel().checkAlive();
    for (ChildProcess process : site.tunnel().processes().values()) {
      assertResidentBelowBound(process);
    }
  }

  /** The peak, as Linux counts it. */
  private static void assertResidentBelowBound(ChildProcess process) throws Exception {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    if (!Files.isReadable(status)) {
      System.err.println("NOT CHECKED: memory of " + process.name() + ", for there is no /proc");
      return;
    }
    try (Stream<String> lines = Files.lines(status)) {
      long peak =
          lines
              .filter(line -> line.startsWith("VmHWM:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElseThrow();
      assertTrue(peak < MAX_RESIDENT_KIB, process.name() + " had " + peak + " KiB resident");
    }
  }

  @Test
  void gracefulShutdownOfOneOfTwoBackendsLosesNoCall() throws Exception {
    SteadyCalls calls = SteadyCalls.start(channel, SampleText.of(SMALL_BYTES), CALLERS);
    try {
      Eventually.holds(
          "both backends take calls",
          () -> calls.takenBy("detect-1") > 20 && calls.takenBy("detect-2") > 20);
      first.stop(GRACE);
      int before = calls.takenBy("detect-2");
      Eventually.holds("calls go on", () -> calls.takenBy("detect-2") > before + 100);
    } finally {
      calls.stop();
    }

    assertEquals(List.of(), calls.problems());
  }

  @Test
  void theClientsRetryPolicyRecoversWhenTheBackendsRestart() throws Exception {
    AttemptCount attempts = new AttemptCount();
    DetectClient detector =
        new DetectClient(
            attempts.on(site.channel(HOST, caller -> caller.withRetry(RetryPolicy.DETECT))));
    assertEquals("a *******", detector.detect("a lottery"));

    int port = first.port();
    second.close();
    first.close();
    CompletableFuture<String> call =
        CompletableFuture.supplyAsync(() -> detector.detect("a jackpot"));
    Eventually.holds("an attempt fails", () -> attempts.unavailable() > 0 || call.isDone());
    assertFalse(call.isDone(), "the call has ended with no backend there");
    first =
        BackendServer.start(
            BackendConfig.onLoopback("detect-1", SampleSystem.DETECT).withPort(port));

    assertEquals("a *******", call.get(GRACE.toSeconds(), TimeUnit.SECONDS));
    assertTrue(attempts.unavailable() > 0, "no attempt failed");
  }
}
