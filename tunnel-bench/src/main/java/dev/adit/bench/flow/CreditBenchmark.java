package dev.adit.bench.flow;

import dev.adit.bench.call.UsualCall;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.flow.ReceiveWindow;
import dev.adit.core.flow.SendWindow;
import dev.adit.core.flow.TunnelBudget;
import dev.adit.core.flow.WindowSizes;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Moves chunks through the windows of both ends, and makes the windows of a call. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class CreditBenchmark {
  private static final long ROUND_TRIP_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
  private static final int INITIAL = WindowSizes.DEFAULT.initial();

  @Param({"" + UsualCall.BODY_BYTES, "16384"})
  private int bytes = UsualCall.BODY_BYTES;

  private final TunnelBudget budget =
      new TunnelBudget(
          WindowSizes.DEFAULT, MemoryBudget.unlimited(), System::nanoTime, () -> ROUND_TRIP_NANOS);
  private final SendWindow sender = new SendWindow(INITIAL);
  private final ReceiveWindow receiver = new ReceiveWindow(budget, INITIAL);

  // Those of the last call: what only a method knows the compiler would not allocate.
  private SendWindow request = sender;
  private ReceiveWindow response = receiver;

  /** A chunk is sent, received and handed on, and its credit comes back when it is due. */
  @Benchmark
  public boolean chunk() {
    sender.take(bytes);
    boolean fits = receiver.received(bytes);
    int credit = receiver.consumed(bytes);
    if (credit > 0) {
      fits &= sender.grant(credit);
    }
    return fits;
  }

  /** A call's windows at one end, for a call of one message each way. */
  @Benchmark
  public int call() {
    request = new SendWindow(INITIAL);
    response = new ReceiveWindow(budget, budget.initialWindow());
    request.take(bytes);
    response.received(bytes);
    int credit = response.consumed(bytes);
    response.close();
    return credit;
  }
}
