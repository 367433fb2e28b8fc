package dev.adit.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.GrpcCode;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.name.GroupName;
import dev.adit.server.accesslog.CallRecord;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Ticker;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What calls are counted as. */
final class CallMetricsTest {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final CallMetrics metrics = new CallMetrics(registry);

  private static CallRecord record(CallProtocol protocol, String path) {
    CallRecord record = new CallRecord(Ticker.newMockTicker());
    record.request(
        new CallHeaders(
            protocol,
            AsciiString.of("POST"),
            AsciiString.of("http"),
            AsciiString.of("shop.example"),
            AsciiString.of(path),
            new HeaderFields(),
            CallHeaders.NO_TIMEOUT),
        AsciiString.of("id"));
    record.route(AsciiString.of("orders"), new GroupName("shop"));
    record.end(TimeUnit.MILLISECONDS.toNanos(30));
    return record;
  }

  private static CallRecord answered(String path, String status) {
    CallRecord record = record(CallProtocol.GRPC, path);
    record.status(AsciiString.of(status));
    return record;
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

  @Test
  void callsAreToldApartByRuleGroupServiceMethodAndStatus() {
    CallRecord call = answered("/shop.Cart/Get", "0");
    call.requestBytes(5);
    call.responseBytes(7);
    metrics.onEnd(call);
    metrics.onEnd(answered("/shop.Cart/Get", "0"));
    metrics.onEnd(answered("/shop.Cart/Get", "5"));
    String of = "rule=\"orders\",service=\"shop.Cart\",status=";
    assertShown("adit_calls_total{group=\"shop\",method=\"Get\",reason=\"\"," + of + "\"OK\"} 2.0");
    assertShown(
        "adit_calls_total{group=\"shop\",method=\"Get\",reason=\"\"," + of + "\"NOT_FOUND\"} 1.0");
    assertShown("adit_request_body_bytes_total{group=\"shop\",rule=\"orders\"} 5.0");
    assertShown("adit_response_body_bytes_total{group=\"shop\",rule=\"orders\"} 7.0");
    assertShown(
        "adit_call_duration_seconds_bucket{group=\"shop\",method=\"Get\",rule=\"orders\","
            + "service=\"shop.Cart\",le=\"0.05\"} 3");
  }

  @Test
  void failureOfOursHasItsReason() {
    CallRecord record = record(CallProtocol.GRPC, "/shop.Cart/Get");
    record.failure(CallFailure.TUNNEL_LOST, GrpcCode.UNAVAILABLE, 502);
    metrics.onEnd(record);
    assertShown(
        "adit_calls_total{group=\"shop\",method=\"Get\",reason=\"tunnel-lost\",rule=\"orders\","
            + "service=\"shop.Cart\",status=\"UNAVAILABLE\"} 1.0");
  }

  @Test
  void plainHttpHasItsStatusAndNoPath() {
    CallRecord record = record(CallProtocol.HTTP, "/private/4711");
    record.head(new ResponseHead(404, new HeaderFields()));
    metrics.onEnd(record);
    assertShown(
        "adit_calls_total{group=\"shop\",method=\"other\",reason=\"\",rule=\"orders\","
            + "service=\"other\",status=\"404\"} 1.0");
  }

  @Test
  void statusThatABackendMadeUpIsOther() {
    metrics.onEnd(answered("/shop.Cart/Get", "\"} 1\nevil{"));
    assertTrue(shown().contains("status=\"other\"} 1.0"), this::shown);
    assertTrue(!shown().contains("evil"), this::shown);
  }

  @Test
  void methodThatNoBackendKnowsGetsNoSeriesOfItsOwn() {
    metrics.onEnd(answered("/guess.One/X", "12"));
    metrics.onEnd(answered("/guess.Two/Y", "12"));
    assertShown(
        "adit_calls_total{group=\"shop\",method=\"other\",reason=\"\",rule=\"orders\","
            + "service=\"other\",status=\"UNIMPLEMENTED\"} 2.0");
    metrics.onEnd(answered("/shop.Cart/Get", "0"));
    metrics.onEnd(answered("/shop.Cart/Get", "12"));
    assertShown(
        "adit_calls_total{group=\"shop\",method=\"Get\",reason=\"\",rule=\"orders\","
            + "service=\"shop.Cart\",status=\"UNIMPLEMENTED\"} 1.0");
  }

  @Test
  void millionOfNamesFillsNothing() {
    for (int i = 0; i < 1_000_000; i++) {
      metrics.onEnd(answered("/s" + i + ".S/M", "0"));
    }
    assertEquals(CallMetrics.MAX_SERIES + 1, seriesOf("adit_calls_total"));
    assertShown(
        "adit_calls_total{group=\"\",method=\"other\",reason=\"\",rule=\"other\","
            + "service=\"other\",status=\"OK\"} 999000.0");
  }

  @Test
  void furtherPlacementsAreCounted() {
    CallRecord record = answered("/shop.Cart/Get", "0");
    metrics.onEnd(record);
    assertShown("adit_calls_placed_again_total{group=\"shop\",rule=\"orders\"} 0.0");
  }
}
