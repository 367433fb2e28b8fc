package dev.adit.core.http2;

import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodGuard;
import dev.adit.core.http2.flood.GuardedReader;
import dev.adit.core.http2.write.BatchEncoder;
import dev.adit.core.http2.write.FrameBatch;
import dev.adit.core.http2.write.SendWindows;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts one HTTP/2 connection together: flat header lists, a write path that makes one buffer of a
 * loop turn, a connection window that refills by itself and stream windows that are refilled only
 * as bytes move on. Used once.
 *
 * @param <T> the handler to build
 */
public final class EdgeBuilder<T extends EdgeHandler>
    extends AbstractHttp2ConnectionHandlerBuilder<T, EdgeBuilder<T>> {
  private static final float REFILL_AT = 0.5f;

  private final Factory<T> factory;
  private final Http2FrameListener listener;

  private final FrameBatch batch = new FrameBatch();
  private final @Nullable ConnectionLimits limits;
  private final @Nullable FloodGuard guard;
  private @Nullable EndedStreams ended;

  private EdgeBuilder(
      Factory<T> factory,
      Http2FrameListener listener,
      @Nullable ConnectionLimits limits,
      @Nullable FloodGuard guard) {
    this.factory = factory;
    this.listener = listener;
    this.limits = limits;
    this.guard = guard;
  }

  /** Makes the handler once its codec stands. */
  public interface Factory<T extends EdgeHandler> {
    T newHandler(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings);
  }

  /**
   * The side that accepts connections.
   *
   * @param settings must name MAX_HEADER_LIST_SIZE; everything it names is announced and enforced
   * @param onFlood told the limit that the peer has passed
   */
  public static <T extends EdgeHandler> T server(
      Http2Settings settings,
      ConnectionLimits limits,
      Consumer<Flood> onFlood,
      Http2FrameListener listener,
      Factory<T> factory) {
    return new EdgeBuilder<>(factory, listener, limits, new FloodGuard(limits.floods(), onFlood))
        .build(true, settings);
  }

  /** The side that dials. */
  public static <T extends EdgeHandler> T client(
      Http2Settings settings, Http2FrameListener listener, Factory<T> factory) {
    return new EdgeBuilder<>(factory, listener, null, null)
        .build(false, settings.pushEnabled(false));
  }

  private T build(boolean server, Http2Settings settings) {
    Http2Connection connection = new DefaultHttp2Connection(server);
    connection
        .local()
        .flowController(new DefaultHttp2LocalFlowController(connection, REFILL_AT, true));
    SendWindows windows = new SendWindows(connection, batch);
    connection.remote().flowController(windows);
    EndedStreams ended = endedStreams(connection, settings);
    this.ended = ended;
    Http2ConnectionEncoder encoder = new BatchEncoder(connection, windows, batch);
    Http2ConnectionDecoder decoder =
        new DefaultHttp2ConnectionDecoder(
            connection,
            encoder,
            reader(new FlatHeadersDecoder(settings.maxHeaderListSize()), ended),
            Http2PromisedRequestVerifier.ALWAYS_VERIFY,
            true,
            true,
            true,
            true);
    // The guard's own counts take their place: they tell an attack from callers that cancel a lot.
    decoderEnforceMaxRstFramesPerWindow(0, 0);
    codec(decoder, encoder);
    frameListener(listener);
    initialSettings(settings);
    gracefulShutdownTimeoutMillis(0);
    return build();
  }

  private Http2FrameReader reader(FlatHeadersDecoder headers, EndedStreams streams) {
    return limits == null || guard == null
        ? new DiallingReader(headers, streams)
        : new AcceptingReader(headers, limits, guard, streams);
  }

  private static EndedStreams endedStreams(Http2Connection connection, Http2Settings settings) {
    Long streams = settings.maxConcurrentStreams();
    Integer window = settings.initialWindowSize();
    return new EndedStreams(
        connection,
        streams == null ? Integer.MAX_VALUE : streams,
        window == null ? Http2CodecUtil.DEFAULT_WINDOW_SIZE : window);
  }

  /**
   * None: the guard's own limit takes its place at a server; the backends that we dial may flush
   * nothing as often as they like. Overridden, for it cannot be set beside a codec of our own.
   */
  @Override
  protected int decoderEnforceMaxConsecutiveEmptyDataFrames() {
    return 0;
  }

  @Override
  protected T build(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
    T handler = factory.newHandler(decoder, encoder, settings);
    handler.attach(batch, guard, ended);
    return handler;
  }

  /** Shows every frame to the guard first, and what is not late to the codec. */
  private static final class AcceptingReader extends GuardedReader {
    private final EndedStreams ended;

    AcceptingReader(
        FlatHeadersDecoder headers, ConnectionLimits limits, FloodGuard guard, EndedStreams ended) {
      super(headers, limits, guard);
      this.ended = ended;
    }

    @Override
    public void readFrame(ChannelHandlerContext ctx, ByteBuf input, Http2FrameListener listener)
        throws Http2Exception {
      super.readFrame(ctx, input, ended.before(listener));
    }
  }

  /** Shows the codec what is not late. */
  private static final class DiallingReader extends DefaultHttp2FrameReader {
    private final EndedStreams ended;

    DiallingReader(FlatHeadersDecoder headers, EndedStreams ended) {
      super(headers);
      this.ended = ended;
    }

    @Override
    public void readFrame(ChannelHandlerContext ctx, ByteBuf input, Http2FrameListener listener)
        throws Http2Exception {
      super.readFrame(ctx, input, ended.before(listener));
    }
  }

  /** Fills {@link Http2HeaderFields}, which check what they are given. */
  private static final class FlatHeadersDecoder extends DefaultHttp2HeadersDecoder {
    FlatHeadersDecoder(long maxHeaderListBytes) {
      super(true, maxHeaderListBytes);
    }

    @Override
    protected Http2Headers newHeaders() {
      return new Http2HeaderFields();
    }
  }
}
