package dev.adit.bench.http2;

import dev.adit.bench.call.UsualCall;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.http2.HeaderRules;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.core.http2.write.BatchWriter;
import dev.adit.core.http2.write.FrameBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Turns header lists of HTTP/2 into those of a call, and back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Dio.netty.leakDetection.level=disabled")
public class HeaderListBenchmark {
  private static final int MAX_LIST_BYTES = 16 << 10;

  /** Calls whose frames leave in one loop turn. */
  private static final int TURN = 32;

  private final ByteBuf block = ByteBufAllocator.DEFAULT.directBuffer();
  private final DefaultHttp2HeadersDecoder decoder = new FlatDecoder();
  private final FrameBatch batch = new FrameBatch();
  private final EmbeddedChannel channel = new EmbeddedChannel(batch);
  private final BatchWriter writer = new BatchWriter(batch, encoder(), null);

  /** grpc-timeout differs with each call, so it stays out of the table, as with stock clients. */
  private static DefaultHttp2HeadersEncoder encoder() {
    return new DefaultHttp2HeadersEncoder(
        (name, value) ->
            HeaderNames.GRPC_TIMEOUT.contentEquals(name)
                || HeaderNames.X_REQUEST_ID.contentEquals(name));
  }

  /** Both ends of HPACK know what comes again. */
  @Setup
  public void fill() throws Http2Exception {
    Http2HeadersEncoder caller = encoder();
    for (int i = 0; i < 2; i++) {
      caller.encodeHeaders(1, request(UsualCall.FIELDS), block.clear());
      decoder.decodeHeaders(1, block.duplicate());
    }
  }

  /** Frees the buffers. */
  @TearDown
  public void release() {
    block.release();
    channel.finishAndReleaseAll();
  }

  private static Http2Headers request(HeaderFields fields) {
    CallHeaders head = UsualCall.HEAD;
    return Http2HeaderFields.ofRequest(
        head.method(), head.scheme(), head.authority(), head.path(), fields);
  }

  /** A request's header block, as a connection sends it from its second call on. */
  @Benchmark
  public Http2Headers decodeRequest() throws Http2Exception {
    return decoder.decodeHeaders(1, block.readerIndex(0));
  }

  /** Fields of a request, of which {@code te} ends at this hop. */
  @Benchmark
  public HeaderFields forwardSome() {
    return HeaderRules.forwardable(UsualCall.FIELDS);
  }

  /** Fields of a response, all of which go on. */
  @Benchmark
  public HeaderFields forwardAll() {
    return HeaderRules.forwardable(UsualCall.RESPONSE.fields());
  }

  /** The head of a request to a backend. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public int writeRequest() throws Http2Exception {
    for (int i = 0; i < TURN; i++) {
      Http2Headers list = request(UsualCall.HEAD.fields());
      writer.writeList(3, list, false);
    }
    return leave();
  }

  /** Head and trailers of a response to a caller. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public int writeResponse() throws Http2Exception {
    for (int i = 0; i < TURN; i++) {
      Http2Headers head = Http2HeaderFields.ofResponse(UsualCall.RESPONSE);
      writer.writeList(3, head, false);
      Http2Headers trailers = Http2HeaderFields.ofTrailers(UsualCall.TRAILERS);
      writer.writeList(3, trailers, true);
    }
    return leave();
  }

  /** What the turn has written goes to a socket that takes everything. */
  private int leave() {
    channel.flush();
    int bytes = 0;
    for (ByteBuf sent = channel.readOutbound(); sent != null; sent = channel.readOutbound()) {
      bytes += sent.readableBytes();
      sent.release();
    }
    return bytes;
  }

  /** The decoder of both edges. */
  private static final class FlatDecoder extends DefaultHttp2HeadersDecoder {
    private final Http2HeaderFields list = new Http2HeaderFields();

    FlatDecoder() {
      super(true, MAX_LIST_BYTES);
    }

    @Override
    protected Http2Headers newHeaders() {
      return list.clear();
    }
  }
}
