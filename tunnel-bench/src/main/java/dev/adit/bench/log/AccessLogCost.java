package dev.adit.bench.log;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.name.GroupName;
import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.accesslog.CallRecord;
import dev.adit.server.config.AccessLogConfig;
import dev.adit.server.config.AccessLogConfig.Format;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * What a line of the access log costs: on the call's loop, and on the thread that writes it. Run by
 * {@code java -cp tunnel-bench/target/tunnel-bench.jar dev.adit.bench.log.AccessLogCost FILE}.
 */
public final class AccessLogCost {
  private static final int BURST = 4096;
  private static final int BURSTS = 500;
  private static final int ROUNDS = 5;

  private static final AsciiString ID = AsciiString.of("f63994cc0000000500000001");
  private static final AsciiString OK = AsciiString.of("0");
  private static final CallHeaders HEAD =
      new CallHeaders(
          CallProtocol.GRPC,
          AsciiString.of("POST"),
          AsciiString.of("http"),
          AsciiString.of("api.example.com:8002"),
          AsciiString.of("/jisucloud.v1.OrderService/GetOrder"),
          new HeaderFields(),
          CallHeaders.NO_TIMEOUT);
  private static final ResponseHead RESPONSE = new ResponseHead(200, new HeaderFields());

  private AccessLogCost() {}

  /** Prints a line for each round and format. */
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments.length == 0 ? "access-log-cost.log" : arguments[0]);
    for (int round = 1; round <= ROUNDS; round++) {
      for (Format format : Format.values()) {
        measure(round, format, file, System.out);
      }
    }
  }

  private static void measure(int round, Format format, Path file, PrintStream out)
      throws IOException {
    Files.deleteIfExists(file);
    AccessLogConfig usual = AccessLogConfig.of(format);
    AccessLogConfig config =
        new AccessLogConfig(
            format, file, AccessLogConfig.UNLIMITED, 1, usual.samplePercent(), usual.openAfter());
    EventLoop loop = new DefaultEventLoop();
    AccessLog log = new AccessLog(config, OutputStream.nullOutputStream(), Clock.systemUTC());
    long loopNanos = 0;
    long before = writerNanos();
    for (int burst = 0; burst < BURSTS; burst++) {
      long begun = System.nanoTime();
      for (int i = 0; i < BURST; i++) {
        call(log, loop);
      }
      loopNanos += System.nanoTime() - begun;
      LockSupport.parkNanos(Duration.ofMillis(25).toNanos());
    }
    LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
    long writer = writerNanos() - before;
    log.close();
    loop.shutdownGracefully();
    double lines = (double) BURST * BURSTS;
    out.printf(
        Locale.ROOT,
        "round %d %s: loop %.0f ns, writer %.0f ns a line, %d dropped, %.0f B a line%n",
        round,
        format,
        loopNanos / lines,
        writer / lines,
        log.dropped(),
        Files.exists(file) ? Files.size(file) / lines : 0);
    Files.deleteIfExists(file);
  }

  private static void call(AccessLog log, EventLoop loop) {
    CallRecord record = new CallRecord(loop.ticker());
    record.from(AsciiString.cached("192.0.2.7"));
    record.request(HEAD, ID);
    record.route(AsciiString.cached("orders"), AsciiString.EMPTY_STRING);
    record.group(new GroupName("shop"));
    long now = loop.ticker().nanoTime();
    record.accepted(AsciiString.cached("orders"), AsciiString.cached("127.0.0.1:50051"), now);
    record.head(RESPONSE, now);
    record.status(OK);
    record.requestBytes(64);
    record.responseBytes(64);
    record.end(now);
    log.log(record);
  }

  /** CPU time of the thread that writes; 0 if there is none. */
  private static long writerNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long nanos = 0;
    for (long id : threads.getAllThreadIds()) {
      var info = threads.getThreadInfo(id);
      if (info != null && info.getThreadName().equals("access-log")) {
        nanos += threads.getThreadCpuTime(id);
      }
    }
    return nanos;
  }
}
