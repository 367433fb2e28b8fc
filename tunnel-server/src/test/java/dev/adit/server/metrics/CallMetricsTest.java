package dev.adit.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.GrpcCode;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.accesslog.CallRecord;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Ticker;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What calls are counted as. */
final class CallMetricsTest {
  private static final Ticker TICKER = Ticker.newMockTicker();

  private static final AsciiString RULE = AsciiString.of("orders");
  private static final GroupName GROUP = new GroupName("shop");
  private static final String GET =
      "group=\"shop\",host=\"\",method=\"Get\",rule=\"orders\",service=\"shop.Cart\"";
  private static final String OTHER =
      "group=\"shop\",host=\"\",method=\"other\",rule=\"orders\",service=\"other\"";

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final CallMetrics metrics = new CallMetrics(registry);

  /** A call of this test: as the entry does it, with times by hand. */
  private final class Call {
    private final CallHeaders headers;
    private final CallRecord record = new CallRecord(TICKER);
    private final CallMeter meter = metrics.begin();

    Call(CallProtocol protocol, String path) {
      this(protocol, path, "shop.example");
    }

    Call(CallProtocol protocol, String path, String host) {
      headers =
          new CallHeaders(
              protocol,
              AsciiString.of("POST"),
              AsciiString.of("http"),
              AsciiString.of(host),
              AsciiString.of(path),
              new HeaderFields(),
              CallHeaders.NO_TIMEOUT);
      record.request(headers, AsciiString.of("id"));
    }

    Call routed() {
      return routed(AsciiString.EMPTY_STRING);
    }

    Call routed(AsciiString host) {
      return routed(RULE, host);
    }

    Call routed(AsciiString rule, AsciiString host) {
      record.route(rule, host);
      record.group(GROUP);
      meter.onRouted(record);
      return this;
    }

    void placed(long nanos) {
      record.placed(new AgentId("edge-1"), record.attempts() + 1, nanos);
    }

    void accepted(long nanos) {
      record.accepted(AsciiString.of("carts"), AsciiString.of("10.0.0.1:1"), nanos);
    }

    private void requestBytes(int bytes) {
      record.requestBytes(bytes);
      meter.onRequestBytes(bytes);
    }

    private void head(long nanos) {
      record.head(new ResponseHead(200, new HeaderFields()), nanos);
      meter.onAnswered(record);
    }

    /** The backend's answer is this status and nothing else. */
    void answered(String status) {
      record.status(AsciiString.of(status));
      head(millis(20));
      end();
    }

    void end() {
      record.end(millis(30));
      meter.onEnd(record);
    }
  }

  private static long millis(long count) {
    return TimeUnit.MILLISECONDS.toNanos(count);
  }

  private Call call(String path) {
    return new Call(CallProtocol.GRPC, path).routed();
  }

  private String shown() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(out, registry.scrape());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private void assertShown(String line) {
    assertTrue(shown().lines().anyMatch(line::equals), () -> line + " not in\n" + shown());
  }

  private long seriesOf(String metric) {
    return shown().lines().filter(line -> line.startsWith(metric + "{")).count();
  }

  private static String ended(String method, String reason, String service, String status) {
    return "adit_calls_total{group=\"shop\",host=\"\",method=\""
        + method
        + "\",reason=\""
        + reason
        + "\",rule=\"orders\",service=\""
        + service
        + "\",status=\""
        + status
        + "\"} ";
  }

  @Test
  void callsAreToldApartByRuleGroupServiceMethodAndStatus() {
    call("/shop.Cart/Get").answered("0");
    call("/shop.Cart/Get").answered("0");
    call("/shop.Cart/Get").answered("5");
    assertShown(ended("Get", "", "shop.Cart", "OK") + "2.0");
    assertShown(ended("Get", "", "shop.Cart", "NOT_FOUND") + "1.0");
    assertShown("adit_calls_routed_total{" + GET + "} 3.0");
    assertShown("adit_call_duration_seconds_bucket{" + GET + ",le=\"0.05\"} 3");
    assertShown("adit_call_duration_seconds_bucket{" + GET + ",le=\"0.025\"} 0");
  }

  /** Two series of the same labels, and a scrape shows nothing at all any more. */
  @ParameterizedTest
  @ValueSource(strings = {"/other/other", "/other", "other"})
  void methodThatIsCalledAsTheRestIsCountsWithIt(String path) {
    call(path).answered("0");
    call("/shop.Cart/Unheard").end();
    new Call(CallProtocol.HTTP, "/page").routed().answered("");
    assertShown("adit_calls_routed_total{" + OTHER + "} 3.0");
    assertEquals(1, seriesOf("adit_routed_calls_running") - 1);
  }

  /** A caller without a token, say: its call has no group and no method that is known. */
  @Test
  void ruleThatIsCalledAsTheRestIsCountsWithIt() {
    Call refused = new Call(CallProtocol.HTTP, "/page");
    refused.record.route(AsciiString.of("other"), AsciiString.EMPTY_STRING);
    refused.end();
    assertTrue(shown().contains("adit_calls_total{"), this::shown);
    call("/shop.Cart/Get").answered("0");
    assertShown("adit_calls_routed_total{" + GET + "} 1.0");
  }

  @Test
  void streamCountsWhileItRuns() {
    call("/shop.Cart/Get").answered("0");
    Call stream = call("/shop.Cart/Get");
    stream.meter.onRequestBytes(5);
    stream.meter.onResponseBytes(7);
    assertShown("adit_routed_calls_running{" + GET + "} 1.0");
    assertShown("adit_calls_routed_total{" + GET + "} 2.0");
    assertShown("adit_request_body_bytes_total{group=\"shop\",rule=\"orders\"} 5.0");
    assertShown("adit_response_body_bytes_total{group=\"shop\",rule=\"orders\"} 7.0");
    stream.answered("0");
    assertShown("adit_routed_calls_running{" + GET + "} 0.0");
    assertShown("adit_calls_routed_total{" + GET + "} 2.0");
  }

  @Test
  void bytesThatComeBeforeTheGroupIsKnownCount() {
    Call early = new Call(CallProtocol.GRPC, "/shop.Cart/Get");
    early.requestBytes(5);
    early.routed().requestBytes(6);
    assertShown("adit_request_body_bytes_total{group=\"shop\",rule=\"orders\"} 11.0");
  }

  @Test
  void methodIsKnownOnceABackendAnswersIt() {
    Call watch = call("/shop.Cart/Get");
    assertShown("adit_routed_calls_running{" + OTHER + "} 1.0");
    assertFalse(shown().contains(GET), this::shown);
    watch.head(millis(1));
    assertShown("adit_routed_calls_running{" + OTHER + "} 0.0");
    assertShown("adit_routed_calls_running{" + GET + "} 1.0");
    assertShown("adit_calls_routed_total{" + OTHER + "} 0.0");
    assertShown("adit_calls_routed_total{" + GET + "} 1.0");
  }

  @Test
  void timeIsSplitByWhereItWent() {
    Call call = call("/shop.Cart/Get");
    call.placed(millis(1));
    call.placed(millis(4));
    call.accepted(millis(6));
    call.answered("0");
    assertShown("adit_call_stage_seconds_sum{" + GET + ",stage=\"entry\"} 0.001");
    assertShown("adit_call_stage_seconds_sum{" + GET + ",stage=\"placement\"} 0.003");
    assertShown("adit_call_stage_seconds_sum{" + GET + ",stage=\"tunnel\"} 0.002");
    assertShown("adit_call_stage_seconds_sum{" + GET + ",stage=\"backend\"} 0.014");
    assertShown("adit_call_stage_seconds_sum{" + GET + ",stage=\"response\"} 0.01");
    assertShown("adit_call_stage_seconds_count{" + GET + ",stage=\"response\"} 1");
  }

  @Test
  void timeOfACallThatNoBackendTookIsTheTunnels() {
    call("/shop.Cart/Get").answered("0");
    Call call = call("/shop.Cart/Get");
    call.placed(millis(1));
    call.accepted(millis(2));
    call.placed(millis(5));
    call.record.failure(CallFailure.TUNNEL_LOST, GrpcCode.UNAVAILABLE, 502);
    call.end();
    assertShown("adit_call_stage_seconds_sum{" + GET + ",stage=\"tunnel\"} 0.025");
    assertShown("adit_call_stage_seconds_count{" + GET + ",stage=\"backend\"} 0");
    assertShown("adit_call_stage_seconds_count{" + GET + ",stage=\"tunnel\"} 1");
  }

  @Test
  void failureOfOursHasItsReason() {
    call("/shop.Cart/Get").answered("0");
    Call call = call("/shop.Cart/Get");
    call.record.failure(CallFailure.TUNNEL_LOST, GrpcCode.UNAVAILABLE, 502);
    call.end();
    assertShown(ended("Get", "tunnel-lost", "shop.Cart", "UNAVAILABLE") + "1.0");
  }

  /** As a caller makes them up who takes each call back at once. */
  @Test
  void methodThatNoBackendHasAnsweredGetsNoSeriesOfItsOwn() {
    for (int i = 0; i < CallMetrics.MAX_SERIES; i++) {
      Call guess = call("/guess.S" + i + "/M");
      guess.placed(millis(1));
      guess.accepted(millis(2));
      guess.record.failure(CallFailure.CANCELLED, GrpcCode.CANCELLED, 499);
      guess.end();
    }
    assertShown(ended("other", "cancelled", "other", "CANCELLED") + "1000.0");
    assertShown("adit_calls_routed_total{" + OTHER + "} 1000.0");
    call("/shop.Cart/Get").answered("0");
    assertShown(ended("Get", "", "shop.Cart", "OK") + "1.0");
  }

  @Test
  void callWithoutARuleIsCountedToo() {
    Call call = new Call(CallProtocol.GRPC, "/guess.One/X");
    call.record.failure(CallFailure.NO_RULE, GrpcCode.UNIMPLEMENTED, 404);
    call.end();
    assertShown(
        "adit_calls_total{group=\"\",host=\"\",method=\"other\",reason=\"no-rule\",rule=\"\","
            + "service=\"other\",status=\"UNIMPLEMENTED\"} 1.0");
  }

  @Test
  void plainHttpHasItsStatusAndNoPath() {
    Call call = new Call(CallProtocol.HTTP, "/private/4711").routed();
    call.record.head(new ResponseHead(404, new HeaderFields()), 0);
    call.end();
    assertShown(ended("other", "", "other", "404") + "1.0");
    assertShown("adit_calls_routed_total{" + OTHER + "} 1.0");
  }

  /** Its caller got 502, behind a 103. */
  @Test
  void failureBehindAnEarlyHintHasTheStatusOfTheFailure() {
    Call call = new Call(CallProtocol.HTTP, "/private/4711").routed();
    call.record.head(new ResponseHead(103, new HeaderFields()), 0);
    call.record.failure(CallFailure.BACKEND_RESET, GrpcCode.INTERNAL, 502);
    call.end();
    assertShown(ended("other", "backend-reset", "other", "502") + "1.0");
  }

  @Test
  void statusThatABackendMadeUpIsOther() {
    call("/shop.Cart/Get").answered("\"} 1\nevil{");
    assertTrue(shown().contains("status=\"other\"} 1.0"), this::shown);
    assertFalse(shown().contains("evil"), this::shown);
  }

  @Test
  void methodThatNoBackendKnowsGetsNoSeriesOfItsOwn() {
    call("/guess.One/X").answered("12");
    call("/guess.Two/Y").answered("12");
    assertShown(ended("other", "", "other", "UNIMPLEMENTED") + "2.0");
    assertShown("adit_calls_routed_total{" + OTHER + "} 2.0");
    call("/shop.Cart/Get").answered("0");
    call("/shop.Cart/Get").answered("12");
    assertShown(ended("Get", "", "shop.Cart", "UNIMPLEMENTED") + "1.0");
  }

  @Test
  void millionOfNamesFillsNothing() {
    for (int i = 0; i < 1_000_000; i++) {
      call("/s" + i + ".S/M").answered("0");
    }
    assertTrue(seriesOf("adit_calls_total") <= CallMetrics.MAX_SERIES + 1);
    assertEquals(CallMetrics.MAX_SERIES + 1, seriesOf("adit_routed_calls_running"));
    assertEquals(
        CallMetrics.MAX_SERIES + 1, seriesOf("adit_call_duration_seconds_count"), this::shown);
    assertShown(ended("other", "", "other", "OK") + "999001.0");
  }

  /** A thousand of them, each as long as a header may be, would be a page of a third of a GiB. */
  @Test
  void longNamesAreNoLabels() {
    String service = "s".repeat(CallKey.MAX_PATH - "/.S/M".length());
    call("/" + service + ".S/M").answered("0");
    call("/" + service + "s.S/M").answered("0");
    assertShown(ended("M", "", service + ".S", "OK") + "1.0");
    assertShown(ended("other", "", "other", "OK") + "1.0");
    assertEquals(2, seriesOf("adit_calls_total"));
  }

  /** A rule that is made when callers have used all series up is seen all the same. */
  @Test
  void namesOfOneRuleHideNoOther() {
    for (int i = 0; i < 2 * CallMetrics.MAX_SERIES; i++) {
      call("/s" + i + ".S/M").answered("0");
    }
    AsciiString late = AsciiString.of("late");
    new Call(CallProtocol.GRPC, "/shop.Cart/Get")
        .routed(late, AsciiString.EMPTY_STRING)
        .answered("0");
    assertShown(
        "adit_calls_total{group=\"shop\",host=\"\",method=\"other\",reason=\"\",rule=\"late\","
            + "service=\"other\",status=\"OK\"} 1.0");
    assertEquals(new RuleCalls(1, 0), metrics.byRule().get("late"));
    assertEquals(
        new RuleCalls(2 * CallMetrics.MAX_SERIES, 0), metrics.byRule().get(RULE.toString()));
  }

  @Test
  void rulesThatComeAndGoFillNothing() {
    for (int i = 0; i < 2 * CallMetrics.MAX_WITH_RULES; i++) {
      new Call(CallProtocol.GRPC, "/shop.Cart/Get")
          .routed(AsciiString.of("rule-" + i), AsciiString.EMPTY_STRING)
          .answered("0");
    }
    assertEquals(CallMetrics.MAX_WITH_RULES + 1, seriesOf("adit_routed_calls_running"));
  }

  /** Callers choose them, and a rule without hosts takes any: they make no series and no label. */
  @Test
  void hostsTellNoSeriesApart() {
    for (int i = 0; i < 100_000; i++) {
      new Call(CallProtocol.GRPC, "/shop.Cart/Get", "h" + i + ".example").routed().answered("0");
    }
    assertShown(ended("Get", "", "shop.Cart", "OK") + "100000.0");
    assertEquals(1, seriesOf("adit_calls_total"));
    assertFalse(shown().contains("h1.example"), this::shown);
  }

  @Test
  void hostsOfRulesAreToldApart() {
    for (String host : List.of("api.example", "*.shop.example")) {
      new Call(CallProtocol.GRPC, "/shop.Cart/Get").routed(AsciiString.of(host)).answered("0");
      assertShown(
          "adit_calls_total{group=\"shop\",host=\""
              + host
              + "\",method=\"Get\",reason=\"\",rule=\"orders\",service=\"shop.Cart\",status=\"OK\"} 1.0");
    }
    assertEquals(2, seriesOf("adit_calls_total"));
  }

  @Test
  void furtherPlacementsAndRetriesAreCounted() {
    call("/shop.Cart/Get").answered("0");
    assertShown("adit_calls_placed_again_total{group=\"shop\",rule=\"orders\"} 0.0");
    assertShown("adit_calls_retried_total{group=\"shop\",rule=\"orders\"} 0.0");
  }
}
