package dev.adit.server.accesslog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.GrpcCode;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.server.config.AccessLogConfig.Format;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a line says, whatever the caller sent. */
final class LineFormatTest {
  private static final long AT = Instant.parse("2026-11-20T01:02:03.004Z").toEpochMilli();

  private static String line(Format format, CallRecord record) {
    record.detach();
    LineBuffer line = new LineBuffer(8);
    new LineFormat(format).append(line, record, AT);
    return line.toString();
  }

  @Test
  void lineTellsTheCall() {
    MockTicker ticker = Ticker.newMockTicker();
    CallRecord record = Records.begun(new CallRecord(ticker), AsciiString.of("/s/m"));
    record.requestBytes(7);
    record.responseBytes(9);
    ticker.advance(100, TimeUnit.MICROSECONDS);
    record.accepted(AsciiString.of("up"), AsciiString.of("127.0.0.1:1"), ticker.nanoTime());
    ticker.advance(200, TimeUnit.MICROSECONDS);
    record.head(new ResponseHead(100, new HeaderFields()), ticker.nanoTime());
    ticker.advance(200, TimeUnit.MICROSECONDS);
    record.head(new ResponseHead(200, new HeaderFields()), ticker.nanoTime());
    record.failure(CallFailure.DEADLINE, GrpcCode.DEADLINE_EXCEEDED, 504);
    ticker.advance(2, TimeUnit.MILLISECONDS);
    record.end(ticker.nanoTime());
    assertEquals(
        "{\"ts\":\"2026-11-20T01:02:03.004Z\",\"event\":\"end\",\"requestId\":\"id-1\","
            + "\"protocol\":\"grpc\",\"method\":\"POST\",\"host\":\"shop.example\","
            + "\"path\":\"/s/m\",\"from\":\"192.0.2.7\",\"rule\":\"rule\",\"group\":\"group\","
            + "\"upstream\":\"up\",\"backend\":\"127.0.0.1:1\",\"attempts\":0,"
            + "\"httpStatus\":200,\"grpcStatus\":\"4\",\"reason\":\"deadline\","
            + "\"requestBytes\":7,\"responseBytes\":9,\"acceptedMicros\":100,"
            + "\"headMicros\":500,\"durationMicros\":2500}\n",
        line(Format.JSON, record));
    assertTrue(
        line(Format.TEXT, record)
            .startsWith("2026-11-20T01:02:03.004Z event=\"end\" requestId=\"id-1\""));
  }

  @Test
  void lineOfACallThatRunsSaysSoAndHasNoStatusYet() {
    MockTicker ticker = Ticker.newMockTicker();
    CallRecord record = Records.begun(new CallRecord(ticker), AsciiString.of("/s/m"));
    ticker.advance(1, TimeUnit.MINUTES);
    JsonObject json = JsonParser.parseString(line(Format.JSON, record.copy())).getAsJsonObject();
    assertEquals("open", json.get("event").getAsString());
    assertEquals(60_000_000, json.get("durationMicros").getAsLong());
    assertTrue(!json.has("httpStatus") && !json.has("grpcStatus"), json::toString);
  }

  @Test
  void anyBytesAreOneValidLine() {
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      for (Format format : new Format[] {Format.JSON, Format.TEXT}) {
        String line = line(format, Records.ended(new AsciiString(bytes, false)));
        assertEquals(line.length() - 1, line.indexOf('\n'));
        assertTrue(line.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f)));
        if (format == Format.JSON) {
          JsonObject json = JsonParser.parseString(line).getAsJsonObject();
          assertEquals("rule", json.get("rule").getAsString());
          if (bytes.length > 0 && bytes.length <= 256) {
            assertEquals(
                new String(bytes, StandardCharsets.ISO_8859_1), json.get("path").getAsString());
          }
        }
      }
    }
  }

  @Test
  void valueCannotEndItsFieldOrItsLine() {
    String line =
        line(
            Format.TEXT,
            Records.ended(AsciiString.of("/a\" reason=\"forged\"\r\n\u001b[31m\u0085")));
    assertTrue(
        line.contains("path=\"/a\\\" reason=\\\"forged\\\"\\u000d\\u000a\\u001b[31m\\u0085\""),
        line);
  }

  @Test
  void longValueIsCutAndTheRestForgotten() {
    AsciiString path = new AsciiString("/" + "x".repeat(100_000));
    CallRecord record = Records.ended(path);
    String line = line(Format.JSON, record);
    assertTrue(line.length() < 800, line);
    String shown = JsonParser.parseString(line).getAsJsonObject().get("path").getAsString();
    assertEquals("/" + "x".repeat(255) + "...", shown);
    assertTrue(record.path.array().length < 300, "the long path is held on to");
  }

  @Test
  void numbersAndTimesAreWrittenWhole() {
    LineBuffer buffer = new LineBuffer(1);
    for (long number : new long[] {0, 9, 10, 99_999, 100_000, Long.MAX_VALUE, -1}) {
      buffer.clear();
      buffer.put(number);
      assertEquals(Long.toString(number), buffer.toString());
    }
    for (int millis : new int[] {0, 7, 42, 999}) {
      buffer.clear();
      buffer.putMillis(millis);
      assertEquals(String.format("%03d", millis), buffer.toString());
    }
  }
}
