package dev.adit.bench.tunnel;

import dev.adit.bench.call.UsualCall;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelListener;
import dev.adit.core.tunnel.TunnelSettings;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.core.wire.FrameLimits;
import dev.adit.core.wire.RequestHead;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Whole calls of one message each way between the two ends of a tunnel stream, without sockets,
 * HTTP/2 and gRPC around it: set up, carried both ways and torn down at both ends.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Dio.netty.leakDetection.level=disabled")
public class CallBenchmark {
  private static final int BUSY = 32;
  private static final TunnelSettings SETTINGS =
      new TunnelSettings(
          FrameLimits.DEFAULT,
          WindowSizes.DEFAULT,
          MemoryBudget.unlimited(),
          Duration.ofSeconds(1),
          Duration.ofSeconds(4));

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ByteBuf body = ByteBufAllocator.DEFAULT.buffer().writeZero(UsualCall.BODY_BYTES);
  private final AwaitedCall[] calls = new AwaitedCall[BUSY];
  private final TunnelStream server;

  /** Both ends of a tunnel on one loop. */
  public CallBenchmark() {
    LoopTransport toAgent = new LoopTransport(channel.eventLoop());
    LoopTransport toServer = new LoopTransport(channel.eventLoop());
    End end = new End(body);
    server = stream(TunnelStream.End.SERVER, toAgent, end);
    toServer.connect(server);
    toAgent.connect(stream(TunnelStream.End.AGENT, toServer, end));
  }

  private TunnelStream stream(TunnelStream.End side, LoopTransport transport, End end) {
    return new TunnelStream(
        side, channel.eventLoop(), ByteBufAllocator.DEFAULT, transport, SETTINGS, end);
  }

  /** Frees the buffers. */
  @TearDown
  public void release() {
    body.release();
    channel.finishAndReleaseAll();
  }

  private AwaitedCall open() {
    AwaitedCall call = new AwaitedCall();
    RequestSide request = server.open(UsualCall.HEAD, UsualCall.GROUP, UsualCall.RULE, 1, call);
    call.attach(request);
    request.onRequestChunk(body.retainedDuplicate(), true);
    return call;
  }

  private static void check(AwaitedCall call) {
    if (!call.hasEnded()) {
      throw new IllegalStateException("a call has not ended");
    }
  }

  /** One call alone: each of its messages is a message of the tunnel. */
  @Benchmark
  public void alone() {
    AwaitedCall call = open();
    channel.runPendingTasks();
    check(call);
  }

  /** Calls that begin in one loop turn, and share the tunnel's messages. */
  @Benchmark
  @OperationsPerInvocation(BUSY)
  public void busy() {
    for (int i = 0; i < BUSY; i++) {
      calls[i] = open();
    }
    channel.runPendingTasks();
    for (int i = 0; i < BUSY; i++) {
      check(calls[i]);
    }
  }

  /** Answers each call; of the tunnel itself there is nothing to hear. */
  private record End(ByteBuf answer) implements TunnelListener {
    @Override
    public void onControl(Frame frame) {}

    @Override
    public RequestSide onCall(RequestHead head, boolean last, ResponseSide response) {
      return new ServedCall(response, answer);
    }

    @Override
    public void onCallEnded() {}

    @Override
    public void onDrain(Drain drain) {}

    @Override
    public void onQuiet(boolean quiet) {}

    @Override
    public void onClosed(TunnelException cause) {
      throw new IllegalStateException(cause);
    }
  }
}
