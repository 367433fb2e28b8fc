package dev.adit.conformance.interop;

import io.grpc.testing.integration.TestServiceClient;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

/**
 * The suite's programs as anyone runs them: the client, a process for each case, calls the server
 * through a tunnel. Left out are the cases that this server does not pass without a tunnel either:
 * those that probe for a refusal of compressed requests, {@code cacheable_unary}, and ORCA's.
 */
@RunWith(Parameterized.class)
public final class CommandLineIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private static @Nullable InteropSite site;

  private final String testCase;

  public CommandLineIT(String testCase) {
    this.testCase = testCase;
  }

  @Parameters(name = "{0}")
  public static List<String> cases() {
    return List.of(
        "empty_unary",
        "large_unary",
        "client_compressed_unary_noprobe",
        "server_compressed_unary",
        "client_streaming",
        "client_compressed_streaming_noprobe",
        "server_streaming",
        "server_compressed_streaming",
        "ping_pong",
        "empty_stream",
        "custom_metadata",
        "status_code_and_message",
        "special_status_message",
        "unimplemented_method",
        "unimplemented_service",
        "cancel_after_begin",
        "cancel_after_first_response",
        "timeout_on_sleeping_server",
        "very_large_request",
        "pick_first_unary",
        "rpc_soak",
        "channel_soak");
  }

  @BeforeClass
  public static void startSite() throws Exception {
    site = InteropSite.start();
  }

  @AfterClass
  public static void stopSite() {
    if (site != null) {
      site.close();
    }
  }

  @Test
  public void clientSucceeds() throws Exception {
    InteropSite running = site;
    if (running == null) {
      throw new IllegalStateException("no site");
    }
    int colon = running.entry().lastIndexOf(':');
    running.runSuite(
        testCase,
        TestServiceClient.class,
        TIMEOUT,
        "--server_host=" + running.entry().substring(0, colon),
        "--server_port=" + running.entry().substring(colon + 1),
        "--use_tls=false",
        "--test_case=" + testCase,
        // The suite's own limit is a second for each call, its JVM's first one included.
        "--soak_per_iteration_max_acceptable_latency_ms=" + TIMEOUT.toMillis(),
        "--soak_overall_timeout_seconds=" + TIMEOUT.toSeconds());
  }
}
