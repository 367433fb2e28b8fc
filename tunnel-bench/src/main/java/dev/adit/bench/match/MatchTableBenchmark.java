package dev.adit.bench.match;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.match.CallMatch;
import dev.adit.core.match.HeaderMatch;
import dev.adit.core.match.HostPattern;
import dev.adit.core.match.MatchEntry;
import dev.adit.core.match.TextMatch;
import dev.adit.core.match.table.MatchTable;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Looks up calls in tables of very different sizes: the cost must not follow the size. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class MatchTableBenchmark {

  private static final AsciiString TENANT = AsciiString.of("x-tenant");

  /** Calls that take turns: few enough to be remembered, or each only once. */
  private static final int REMEMBERED = 64;

  @Param({"10", "1000", "100000"})
  private int rules = 10;

  private MatchTable<Integer> table = MatchTable.of(List.of());
  private CallHeaders[] calls = {};
  private int turn;
  private long fresh;

  /** One rule in three is told apart by host, one by service and method, one by a header. */
  @Setup
  public void fill() {
    List<MatchEntry<Integer>> entries = new ArrayList<>();
    for (int i = 0; i < rules; i++) {
      entries.add(entry(i));
    }
    table = MatchTable.of(entries);
    calls = new CallHeaders[REMEMBERED];
    for (int i = 0; i < REMEMBERED; i++) {
      int rule = (int) ((long) i * rules / REMEMBERED);
      calls[i] = call("h" + rule + ".example", "/pkg.S" + rule + "/M", "t" + rule);
    }
  }

  private static MatchEntry<Integer> entry(int i) {
    HostPattern host = HostPattern.parse("h" + i + ".example");
    CallMatch call =
        new CallMatch(TextMatch.exact("pkg.S" + i), TextMatch.exact("M"), null, List.of(), null);
    HeaderMatch tenant = new HeaderMatch(TENANT, HeaderMatch.Kind.VALUE, TextMatch.exact("t" + i));
    CallMatch header = new CallMatch(null, null, null, List.of(tenant), null);
    return switch (i % 3) {
      case 0 -> new MatchEntry<>(List.of(host), List.of(), 0, i);
      case 1 -> new MatchEntry<>(List.of(), List.of(call), 0, i);
      default -> new MatchEntry<>(List.of(), List.of(header), 0, i);
    };
  }

  private static CallHeaders call(String host, String path, String tenant) {
    HeaderFields fields = new HeaderFields();
    for (String name : List.of("te", "content-type", "user-agent", "grpc-accept-encoding")) {
      fields.add(AsciiString.of(name), AsciiString.of("some value of " + name));
    }
    fields.add(TENANT, AsciiString.of(tenant));
    return new CallHeaders(
        CallProtocol.GRPC,
        AsciiString.of("POST"),
        AsciiString.of("http"),
        AsciiString.of(host),
        AsciiString.of(path),
        fields,
        CallHeaders.NO_TIMEOUT);
  }

  /** A decision that is remembered. */
  @Benchmark
  public @Nullable Integer remembered() {
    turn = (turn + 1) % REMEMBERED;
    return table.find(calls[turn], null);
  }

  /** A decision that has to be taken, and the remembering of it. */
  @Benchmark
  public @Nullable Integer decided() {
    turn = (turn + 1) % REMEMBERED;
    CallHeaders like = calls[turn];
    AsciiString path = AsciiString.of("/pkg.S" + turn + "/M" + fresh++);
    return table.find(
        new CallHeaders(
            like.protocol(),
            like.method(),
            like.scheme(),
            like.authority(),
            path,
            like.fields(),
            like.timeoutNanos()),
        null);
  }
}
