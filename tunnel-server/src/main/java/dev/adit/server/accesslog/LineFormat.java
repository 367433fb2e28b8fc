package dev.adit.server.accesslog;

import dev.adit.server.config.AccessLogConfig;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * The shape of a line: JSON, or blank-separated {@code name=value} words. All foreign text is
 * escaped and cut. Used by one thread at a time.
 */
final class LineFormat {
  private static final int SECOND_MILLIS = 1000;
  private static final byte[] MORE = "...".getBytes(StandardCharsets.US_ASCII);

  /** A field's name with what stands before and behind it. */
  private static final class Field {
    final byte[] json;
    final byte[] text;

    private Field(String name) {
      json = (",\"" + name + "\":").getBytes(StandardCharsets.US_ASCII);
      text = (" " + name + "=").getBytes(StandardCharsets.US_ASCII);
    }

    static Field of(String name) {
      return new Field(name);
    }
  }

  private static final Field EVENT = Field.of("event");
  private static final Field REQUEST_ID = Field.of("requestId");
  private static final Field PROTOCOL = Field.of("protocol");
  private static final Field METHOD = Field.of("method");
  private static final Field HOST = Field.of("host");
  private static final Field PATH = Field.of("path");
  private static final Field FROM = Field.of("from");
  private static final Field CALLER = Field.of("caller");
  private static final Field RULE = Field.of("rule");
  private static final Field GROUP = Field.of("group");
  private static final Field AGENT = Field.of("agent");
  private static final Field UPSTREAM = Field.of("upstream");
  private static final Field BACKEND = Field.of("backend");
  private static final Field ATTEMPTS = Field.of("attempts");
  private static final Field RETRIES = Field.of("retries");
  private static final Field HTTP_STATUS = Field.of("httpStatus");
  private static final Field GRPC_STATUS = Field.of("grpcStatus");
  private static final Field REASON = Field.of("reason");
  private static final Field REQUEST_BYTES = Field.of("requestBytes");
  private static final Field RESPONSE_BYTES = Field.of("responseBytes");
  private static final Field PLACED = Field.of("placedMicros");
  private static final Field ACCEPTED = Field.of("acceptedMicros");
  private static final Field HEAD = Field.of("headMicros");
  private static final Field DURATION = Field.of("durationMicros");

  private final boolean json;

  // state: the second of the last line, as text without its zone
  private long second = Long.MIN_VALUE;
  private byte[] secondText = {};

  LineFormat(AccessLogConfig.Format format) {
    json = format == AccessLogConfig.Format.JSON;
  }

  /**
   * Adds the line of one call, with its line feed.
   *
   * @param record detached
   * @param millis since 1970, when it was handed to the log
   */
  void append(LineBuffer line, CallRecord record, long millis) {
    time(line, millis);
    text(line, EVENT, record.hasEnded() ? "end" : "open");
    text(line, REQUEST_ID, record.requestId);
    text(line, PROTOCOL, record.protocol);
    text(line, METHOD, record.method);
    text(line, HOST, record.host);
    text(line, PATH, record.path);
    text(line, FROM, record.from);
    text(line, CALLER, record.caller == null ? AsciiString.EMPTY_STRING : record.caller.text());
    text(line, RULE, record.rule);
    text(line, GROUP, record.group == null ? "" : record.group.value());
    text(line, AGENT, record.agent == null ? "" : record.agent.value());
    text(line, UPSTREAM, record.upstream);
    text(line, BACKEND, record.backend);
    number(line, ATTEMPTS, record.attempts);
    if (record.retries > 0) {
      number(line, RETRIES, record.retries);
    }
    if (record.httpStatus > 0 || record.hasEnded()) {
      number(line, HTTP_STATUS, record.httpStatus);
    }
    text(line, GRPC_STATUS, record.grpcStatus);
    text(line, REASON, record.failure == null ? AsciiString.EMPTY_STRING : record.failure.token());
    number(line, REQUEST_BYTES, record.requestBytes);
    number(line, RESPONSE_BYTES, record.responseBytes);
    moment(line, PLACED, record, record.placedNanos);
    moment(line, ACCEPTED, record, record.acceptedNanos);
    moment(line, HEAD, record, record.headNanos);
    moment(line, DURATION, record, record.loggedNanos());
    if (json) {
      line.put('}');
    }
    line.put('\n');
  }

  private void time(LineBuffer line, long millis) {
    long wanted = Math.floorDiv(millis, SECOND_MILLIS);
    if (wanted != second) {
      second = wanted;
      String text = Instant.ofEpochSecond(wanted).toString();
      String start = json ? "{\"ts\":\"" : "";
      secondText =
          (start + text.substring(0, text.length() - 1) + '.').getBytes(StandardCharsets.US_ASCII);
    }
    line.put(secondText);
    line.putMillis(Math.floorMod(millis, SECOND_MILLIS));
    line.put('Z');
    if (json) {
      line.put('"');
    }
  }

  private void text(LineBuffer line, Field field, AsciiString value) {
    if (value.isEmpty()) {
      return;
    }
    name(line, field);
    line.put('"');
    line.putEscaped(value, Math.min(value.length(), CallRecord.MAX_SHOWN));
    if (value.length() > CallRecord.MAX_SHOWN) {
      line.put(MORE);
    }
    line.put('"');
  }

  private void text(LineBuffer line, Field field, String value) {
    if (value.isEmpty()) {
      return;
    }
    name(line, field);
    line.put('"');
    line.putEscaped(value, Math.min(value.length(), CallRecord.MAX_SHOWN));
    line.put('"');
  }

  private void number(LineBuffer line, Field field, long value) {
    name(line, field);
    line.put(value);
  }

  private void moment(LineBuffer line, Field field, CallRecord record, long nanos) {
    if (nanos != CallRecord.NEVER) {
      number(line, field, TimeUnit.NANOSECONDS.toMicros(nanos - record.begunNanos));
    }
  }

  private void name(LineBuffer line, Field field) {
    line.put(json ? field.json : field.text);
  }
}
