package dev.adit.server.accesslog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.GrpcCode;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.name.GroupName;
import dev.adit.server.config.AccessLogConfig;
import dev.adit.server.config.AccessLogConfig.Format;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One line a call, whatever the caller sent. */
final class AccessLogTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-20T01:02:03.004567Z"), ZoneOffset.UTC);

  private static CallRecord record(AsciiString path) {
    CallRecord record = new CallRecord(1_000_000);
    CallHeaders headers =
        new CallHeaders(
            CallProtocol.GRPC,
            AsciiString.of("POST"),
            AsciiString.of("http"),
            AsciiString.of("shop.example"),
            path,
            new HeaderFields(),
            CallHeaders.NO_TIMEOUT);
    record.request(headers, AsciiString.of("id-1"));
    record.route(AsciiString.of("rule"), new GroupName("group"));
    record.end(3_500_000);
    return record;
  }

  private static String line(Format format, CallRecord record) {
    return new LineFormat(format, CLOCK).line(record);
  }

  @Test
  void lineTellsTheCall() {
    CallRecord record = record(AsciiString.of("/s/m"));
    record.requestBytes(7);
    record.responseBytes(9);
    record.failure(CallFailure.DEADLINE, GrpcCode.DEADLINE_EXCEEDED, 504);
    assertEquals(
        "{\"ts\":\"2026-11-20T01:02:03.004Z\",\"requestId\":\"id-1\",\"protocol\":\"grpc\","
            + "\"method\":\"POST\",\"host\":\"shop.example\",\"path\":\"/s/m\",\"rule\":\"rule\","
            + "\"group\":\"group\",\"attempts\":0,\"httpStatus\":200,\"grpcStatus\":\"4\","
            + "\"reason\":\"deadline\",\"requestBytes\":7,\"responseBytes\":9,"
            + "\"durationMicros\":2500}\n",
        line(Format.JSON, record));
    assertTrue(line(Format.TEXT, record).startsWith("2026-11-20T01:02:03.004Z requestId=\"id-1\""));
  }

  @Test
  void anyBytesAreOneValidLine() {
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      CallRecord record = record(new AsciiString(bytes, false));
      for (Format format : new Format[] {Format.JSON, Format.TEXT}) {
        String line = line(format, record);
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
        line(Format.TEXT, record(AsciiString.of("/a\" reason=\"forged\"\r\n\u001b[31m\u0085")));
    assertTrue(
        line.contains("path=\"/a\\\" reason=\\\"forged\\\"\\u000d\\u000a\\u001b[31m\\u0085\""),
        line);
  }

  @Test
  void longValueIsCut() {
    String line = line(Format.JSON, record(new AsciiString("/" + "x".repeat(100_000))));
    assertTrue(line.length() < 700);
    String path = JsonParser.parseString(line).getAsJsonObject().get("path").getAsString();
    assertEquals("/" + "x".repeat(255) + "...", path);
  }

  @Test
  void linesGoToTheFileInOrderAndNoneIsLostAtTheEnd(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("access.log");
    Files.writeString(file, "before\n");
    AccessLog log =
        new AccessLog(
            new AccessLogConfig(Format.TEXT, file), OutputStream.nullOutputStream(), CLOCK);
    for (int i = 0; i < 1000; i++) {
      log.log(record(new AsciiString("/" + i)));
    }
    log.close();
    var lines = Files.readAllLines(file);
    assertEquals(1001, lines.size());
    assertEquals("before", lines.get(0));
    for (int i = 0; i < 1000; i++) {
      assertTrue(lines.get(i + 1).contains("path=\"/" + i + "\""));
    }
  }

  @Test
  void lineThatDoesNotFitIsCountedAndNobodyWaits() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    OutputStream slow =
        new OutputStream() {
          @Override
          public void write(int b) {
            out.write(b);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            writing.countDown();
            try {
              goOn.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            out.write(bytes, offset, length);
          }
        };
    AccessLog log = new AccessLog(new AccessLogConfig(Format.TEXT, null), slow, CLOCK);
    log.log(record(AsciiString.of("/first")));
    writing.await();
    for (int i = 0; i < 16 * 1024 + 5; i++) {
      log.log(record(AsciiString.of("/more")));
    }
    assertEquals(5, log.dropped());
    goOn.countDown();
    log.close();
    assertEquals(16 * 1024 + 1, out.toString(StandardCharsets.US_ASCII).lines().count());
  }

  @Test
  void logThatIsOffWritesNothing() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    AccessLog log = new AccessLog(new AccessLogConfig(Format.OFF, null), out, CLOCK);
    log.log(record(AsciiString.of("/s/m")));
    log.close();
    assertEquals(0, out.size());
    assertFalse(log.dropped() > 0);
  }
}
