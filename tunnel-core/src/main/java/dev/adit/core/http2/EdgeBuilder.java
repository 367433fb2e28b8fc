package dev.adit.core.http2;

import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodGuard;
import dev.adit.core.http2.read.EdgeListener;
import dev.adit.core.http2.read.EndedStreams;
import dev.adit.core.http2.read.FrameDecoder;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.http2.turn.TurnShare;
import dev.adit.core.http2.write.BatchEncoder;
import dev.adit.core.http2.write.FrameBatch;
import dev.adit.core.http2.write.SendWindows;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts one HTTP/2 connection together: Netty's streams and life of a connection between a reading
 * path that tells frames without objects for them and a write path that makes one buffer of a loop
 * turn.
 */
public final class EdgeBuilder {
  private EdgeBuilder() {}

  /** Makes the handler once its codec stands. */
  public interface Factory<T extends EdgeHandler> {
    T newHandler(Http2ConnectionDecoder decoder, BatchEncoder encoder, Http2Settings settings);
  }

  /**
   * The side that accepts connections.
   *
   * @param settings must name MAX_HEADER_LIST_SIZE; it and MAX_CONCURRENT_STREAMS are announced and
   *     enforced, the number of streams from the first byte on
   * @param windows of streams; announced and enforced
   * @param onFlood told the limit that the peer has passed
   */
  public static <T extends EdgeHandler> T server(
      Http2Settings settings,
      ReceiveWindows.Sizes windows,
      ConnectionLimits limits,
      Consumer<Flood> onFlood,
      EdgeListener listener,
      Factory<T> factory) {
    FloodGuard guard = new FloodGuard(limits.floods(), onFlood);
    TurnShare share = new TurnShare();
    return build(
        new DefaultHttp2Connection(true),
        settings,
        windows,
        limits,
        guard,
        share,
        listener,
        factory);
  }

  /**
   * The side that dials.
   *
   * @param settings as those of a server
   * @param windows as those of a server
   */
  public static <T extends EdgeHandler> T client(
      Http2Settings settings,
      ReceiveWindows.Sizes windows,
      EdgeListener listener,
      Factory<T> factory) {
    Http2Connection connection = new DefaultHttp2Connection(false);
    return build(
        connection, settings.pushEnabled(false), windows, null, null, null, listener, factory);
  }

  private static <T extends EdgeHandler> T build(
      Http2Connection connection,
      Http2Settings settings,
      ReceiveWindows.Sizes windows,
      @Nullable ConnectionLimits limits,
      @Nullable FloodGuard guard,
      @Nullable TurnShare share,
      EdgeListener listener,
      Factory<T> factory) {
    Long streams = settings.maxConcurrentStreams();
    int maxStreams =
        (int) Math.min(streams == null ? Integer.MAX_VALUE : streams, Integer.MAX_VALUE);
    settings.initialWindowSize(windows.initial());
    FrameBatch batch = new FrameBatch();
    SendWindows sending = new SendWindows(connection, batch);
    ReceiveWindows receiving = new ReceiveWindows(connection, windows);
    connection.local().flowController(receiving);
    connection.remote().flowController(sending);
    if (streams != null) {
      connection.remote().maxActiveStreams(maxStreams);
    }
    EndedStreams ended = new EndedStreams(connection, maxStreams, windows.initial());
    BatchEncoder encoder = new BatchEncoder(connection, sending, batch, guard);
    Http2ConnectionDecoder decoder =
        new FrameDecoder(
            connection,
            encoder,
            new FlatHeadersDecoder(settings.maxHeaderListSize()),
            receiving,
            ended,
            listener,
            limits,
            guard,
            share);
    T handler = factory.newHandler(decoder, encoder, settings);
    handler.gracefulShutdownTimeoutMillis(0);
    handler.attach(batch, guard, share, ended);
    return handler;
  }

  /**
   * Fills {@link Http2HeaderFields}, which check what they are given: lists in turn into the same
   * two objects, of which those that come again as they were are not filled again. A list that is
   * too large is read to its end, for those that come after it, and what fits of it is kept.
   */
  private static final class FlatHeadersDecoder extends DefaultHttp2HeadersDecoder {
    private Http2HeaderFields list = new Http2HeaderFields();
    private Http2HeaderFields other = new Http2HeaderFields();

    FlatHeadersDecoder(long maxHeaderListBytes) {
      super(true, maxHeaderListBytes);
    }

    @Override
    protected Http2Headers newHeaders() {
      Http2HeaderFields last = list;
      list = other;
      other = last;
      // The one before may have been found malformed half way.
      return list.clear();
    }

    @Override
    public Http2Headers decodeHeaders(int streamId, ByteBuf block) throws Http2Exception {
      try {
        return super.decodeHeaders(streamId, block);
      } catch (Http2Exception.HeaderListSizeException e) {
        return list.cut();
      }
    }
  }
}
