package dev.adit.server.accesslog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.server.config.AccessLogConfig.Format;
import dev.adit.testing.fuzz.Execution;
import dev.adit.testing.fuzz.FuzzInput;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Ticker;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Whatever a caller and an agent send, a call is one printable line that says just that. */
final class LineFormatFuzzTest {
  private static final int ANYWAY_BYTES = 1 << 20;
  private static final int MAX_LENGTH = 256;
  private static final LineFormat JSON = new LineFormat(Format.JSON);
  private static final LineFormat TEXT = new LineFormat(Format.TEXT);

  /** The foreign texts of a call, each behind its length. */
  @FuzzTest
  void call(byte[] texts) {
    Execution.of(texts, ANYWAY_BYTES, LineFormatFuzzTest::check);
  }

  private static void check(byte[] bytes) {
    FuzzInput input = new FuzzInput(bytes);
    Map<String, AsciiString> said = new HashMap<>();
    CallRecord record = new CallRecord(Ticker.newMockTicker());
    record.request(
        new CallHeaders(
            CallProtocol.HTTP,
            next(input, "method", said),
            AsciiString.EMPTY_STRING,
            next(input, "host", said),
            next(input, "path", said),
            new HeaderFields(),
            CallHeaders.NO_TIMEOUT),
        next(input, "requestId", said));
    record.accepted(next(input, "upstream", said), next(input, "backend", said), 1);
    record.status(next(input, "grpcStatus", said));
    record.end(1);
    record.detach();
    String json = line(JSON, record);
    JsonObject read = JsonParser.parseString(json).getAsJsonObject();
    said.forEach(
        (name, text) ->
            assertEquals(shown(text), read.has(name) ? read.get(name).getAsString() : "", json));
    // The same values in words: what stands between the quotes is the same text.
    Map<String, String> words = words(line(TEXT, record));
    said.forEach(
        (name, text) ->
            assertEquals(
                shown(text),
                JsonParser.parseString('"' + words.getOrDefault(name, "") + '"').getAsString()));
  }

  private static AsciiString next(FuzzInput input, String name, Map<String, AsciiString> said) {
    AsciiString text = new AsciiString(input.bytes(2 * input.next()), false);
    said.put(name, text);
    return text;
  }

  private static String line(LineFormat format, CallRecord record) {
    LineBuffer buffer = new LineBuffer(16);
    format.append(buffer, record, 0);
    String line = buffer.toString();
    assertEquals(line.length() - 1, line.indexOf('\n'), line);
    assertTrue(line.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f)), line);
    return line;
  }

  private static String shown(AsciiString text) {
    String whole =
        new String(text.array(), text.arrayOffset(), text.length(), StandardCharsets.ISO_8859_1);
    return whole.length() <= MAX_LENGTH ? whole : whole.substring(0, MAX_LENGTH) + "...";
  }

  /** The quoted values of a line by their names; each name stands once. */
  private static Map<String, String> words(String line) {
    Map<String, String> words = new HashMap<>();
    int at = line.indexOf(' ');
    while (at >= 0 && at < line.length() - 1) {
      int equals = line.indexOf('=', at);
      String name = line.substring(at + 1, equals);
      int end = equals + 1;
      if (line.charAt(end) == '"') {
        end = closingQuote(line, end);
        String before = words.put(name, line.substring(equals + 2, end));
        assertTrue(before == null, line);
      }
      at = line.indexOf(' ', end);
    }
    return words;
  }

  private static int closingQuote(String line, int opening) {
    int at = opening + 1;
    while (line.charAt(at) != '"') {
      at += line.charAt(at) == '\\' ? 2 : 1;
    }
    return at;
  }
}
