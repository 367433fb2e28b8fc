package dev.adit.server.accesslog;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.name.GroupName;
import dev.adit.server.config.AccessLogConfig;
import dev.adit.server.config.AccessLogConfig.Format;
import dev.adit.testing.tunnel.HandLoop;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.MockTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Calls to be logged. */
final class Records {
  private Records() {}

  /** A gRPC call on its way. */
  static CallRecord begun(CallRecord record, AsciiString path) {
    CallHeaders headers =
        new CallHeaders(
            CallProtocol.GRPC,
            AsciiString.of("POST"),
            AsciiString.of("http"),
            AsciiString.of("shop.example"),
            path,
            new HeaderFields(),
            CallHeaders.NO_TIMEOUT);
    record.from(AsciiString.of("192.0.2.7"));
    record.request(headers, AsciiString.of("id-1"));
    record.route(AsciiString.of("rule"), AsciiString.EMPTY_STRING);
    record.group(new GroupName("group"));
    return record;
  }

  /** A call that is good and over after 2.5 ms. */
  static CallRecord ended(AsciiString path) {
    MockTicker ticker = io.netty.util.concurrent.Ticker.newMockTicker();
    CallRecord record = begun(new CallRecord(ticker), path);
    record.status(AsciiString.of("0"));
    ticker.advance(2500, TimeUnit.MICROSECONDS);
    record.end(ticker.nanoTime());
    return record;
  }

  /** Makes a whole call on a log. */
  static void call(AccessLog log, HandLoop hand, String path, String grpcStatus) {
    hand.run(
        () -> {
          CallRecord record = begun(new CallRecord(hand.ticker()), AsciiString.of(path));
          record.status(AsciiString.of(grpcStatus));
          record.end(hand.ticker().nanoTime());
          log.log(record);
        });
  }

  static AccessLogConfig config(Format format, @Nullable Path file) {
    AccessLogConfig usual = AccessLogConfig.of(format);
    return new AccessLogConfig(
        format, file, usual.maxBytes(), usual.keep(), usual.samplePercent(), Duration.ofMinutes(1));
  }
}
