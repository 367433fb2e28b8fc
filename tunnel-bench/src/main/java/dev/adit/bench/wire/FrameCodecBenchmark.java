package dev.adit.bench.wire;

import dev.adit.bench.call.UsualCall;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.flow.ChunkQueue;
import dev.adit.core.wire.FrameHandler;
import dev.adit.core.wire.FrameReader;
import dev.adit.core.wire.FrameWriter;
import dev.adit.core.wire.Heartbeat;
import dev.adit.core.wire.RequestHead;
import dev.adit.core.wire.protobuf.WireException;
import dev.adit.proto.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Writes and reads each frame that a call needs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Dio.netty.leakDetection.level=disabled")
public class FrameCodecBenchmark {
  /** Which frame. */
  public enum Kind {
    REQUEST_HEAD,
    RESPONSE_HEAD,
    /** Body bytes of a usual message. */
    CHUNK,
    /** As many body bytes as a frame may have. */
    LARGE_CHUNK,
    TRAILERS
  }

  /** As an agent sees it that has had a million calls. */
  private static final long ID = 2_000_001;

  private static final int LARGE_CHUNK_BYTES = 16 << 10;
  private static final int WINDOW = 64 << 10;
  private static final RequestHead HEAD =
      new RequestHead(UsualCall.HEAD, UsualCall.GROUP, UsualCall.RULE, 1, WINDOW);

  @Param private Kind frame = Kind.REQUEST_HEAD;

  private final FrameReader reader = new FrameReader();
  private final ChunkQueue queue = new ChunkQueue();
  private final Taken taken = new Taken();
  private final ByteBuf body = ByteBufAllocator.DEFAULT.buffer(LARGE_CHUNK_BYTES);
  private final ByteBuf out = ByteBufAllocator.DEFAULT.heapBuffer(2 * LARGE_CHUNK_BYTES);
  private final FrameWriter frames = new FrameWriter(out);
  private final ByteBuf message = ByteBufAllocator.DEFAULT.heapBuffer(2 * LARGE_CHUNK_BYTES);

  /** Makes the message that is read. */
  @Setup
  public void fill() {
    body.writeZero(frame == Kind.LARGE_CHUNK ? LARGE_CHUNK_BYTES : UsualCall.BODY_BYTES);
    writeTo(new FrameWriter(message));
  }

  /** Frees the buffers. */
  @TearDown
  public void release() {
    body.release();
    out.release();
    message.release();
  }

  private void writeTo(FrameWriter target) {
    switch (frame) {
      case REQUEST_HEAD -> target.requestHead(ID, HEAD, false);
      case RESPONSE_HEAD -> target.responseHead(ID, UsualCall.RESPONSE, false);
      case CHUNK, LARGE_CHUNK -> {
        queue.add(body.retainedDuplicate());
        target.chunk(ID, queue, body.readableBytes(), true);
      }
      case TRAILERS -> target.trailers(ID, UsualCall.TRAILERS);
    }
  }

  /** One frame into a buffer that has room. */
  @Benchmark
  public int write() {
    out.clear();
    writeTo(frames);
    return out.writerIndex();
  }

  /** One message of one frame; a chunk is released at once. */
  @Benchmark
  public @Nullable Object read() throws WireException {
    message.readerIndex(0);
    reader.read(message, taken);
    return taken.last;
  }

  /** Keeps what came last. */
  private static final class Taken implements FrameHandler {
    private @Nullable Object last;

    @Override
    public void onControl(Frame control) {
      last = control;
    }

    @Override
    public void onHeartbeat(Heartbeat heartbeat) {
      last = heartbeat;
    }

    @Override
    public void onRequestHead(long id, RequestHead head, boolean ends) {
      last = head;
    }

    @Override
    public void onResponseHead(long id, ResponseHead head, boolean ends) {
      last = head;
    }

    @Override
    public void onTrailers(long id, HeaderFields trailers) {
      last = trailers;
    }

    @Override
    public void onAccepted(long id, AsciiString upstream, AsciiString backend) {
      last = backend;
    }

    @Override
    public void onReset(long id, CallReset reset) {
      last = reset;
    }

    @Override
    public void onCredit(long id, int bytes) {
      last = null;
    }

    @Override
    public void onChunk(long id, ByteBuf data, boolean ends) {
      data.release();
    }
  }
}
