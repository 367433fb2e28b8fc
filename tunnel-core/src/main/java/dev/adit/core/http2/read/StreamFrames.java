package dev.adit.core.http2.read;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2LifecycleManager;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What frames of streams do: streams begin and end with them, and what is sound of a request or a
 * response is told to the listener (RFC 9113 5.1, 8.1). Confined to the loop of the connection.
 */
final class StreamFrames {
  // deps
  private final Http2Connection connection;
  private final boolean server;
  private final EndedStreams ended;
  private final ReceiveWindows windows;
  private final EdgeListener listener;
  private final Http2Connection.PropertyKey lengthKey;
  private @Nullable Http2LifecycleManager lifecycle;

  StreamFrames(
      Http2Connection connection,
      EndedStreams ended,
      ReceiveWindows windows,
      EdgeListener listener) {
    this.connection = connection;
    this.ended = ended;
    this.windows = windows;
    this.listener = listener;
    server = connection.isServer();
    lengthKey = connection.newKey();
  }

  /** Set once, before the first frame. */
  void lifecycleManager(Http2LifecycleManager manager) {
    lifecycle = manager;
  }

  /** Who ends streams, and the connection. */
  Http2LifecycleManager lifecycle() {
    Http2LifecycleManager manager = lifecycle;
    if (manager == null) {
      throw new IllegalStateException("the connection is in no pipeline yet");
    }
    return manager;
  }

  /** Whether this list was larger than may be. */
  boolean isCut(Http2Headers headers) {
    return listener.isCut(headers);
  }

  void onHeaders(ChannelHandlerContext ctx, int id, Http2Headers headers, boolean last)
      throws Http2Exception {
    Http2Stream stream = connection.stream(id);
    // A stream that begins with the end of its one side counts as one that has had its head.
    boolean trailers = stream != null && stream.isHeadersReceived();
    if (stream == null) {
      if (ended.isLateHead(id)) {
        return;
      }
      stream = begin(id, last);
    } else if (stream.isResetSent() || ended.isAboveGoAway(id)) {
      return;
    } else if (!stream.state().remoteSideOpen()) {
      throw closed(id, "HEADERS");
    }
    boolean informational = !server && isInformational(headers.status());
    checkOrder(stream, informational, last);
    if (trailers) {
      checkTrailers(id, headers);
    } else if (!listener.isCut(headers)) {
      checkHead(stream, headers, informational);
    }
    stream.headersReceived(informational);
    count(stream, 0, last);
    listener.onHeaders(stream, headers, last);
    if (last) {
      endRemote(ctx, stream);
    }
  }

  /** Only callers open streams: a backend has been told not to push (RFC 9113 8.4). */
  private Http2Stream begin(int id, boolean last) throws Http2Exception {
    if (!server) {
      throw neverBegun(id, "HEADERS");
    }
    return connection.remote().createStream(id, last);
  }

  private static boolean isInformational(@Nullable CharSequence status) {
    return status != null && status.length() == 3 && status.charAt(0) == '1';
  }

  /** One head, then perhaps trailers, which end the stream (RFC 9113 8.1). */
  private static void checkOrder(Http2Stream stream, boolean informational, boolean last)
      throws Http2Exception {
    if (stream.isTrailersReceived() || (stream.isHeadersReceived() && (informational || !last))) {
      throw malformed(stream.id(), "a header list too many");
    }
  }

  /** RFC 9113 8.3.1 and 8.3.2; CONNECT (8.5) has an authority alone. */
  private void checkHead(Http2Stream stream, Http2Headers headers, boolean informational)
      throws Http2Exception {
    int id = stream.id();
    if (!server) {
      check(informational || headers.status() != null, id, "a response without :status");
    } else if (headers.method() == null) {
      throw malformed(id, "a request without :method");
    } else if (HttpMethod.CONNECT.asciiName().contentEquals(headers.method())) {
      check(headers.authority() != null, id, "CONNECT without :authority");
      boolean alone = headers.scheme() == null && headers.path() == null;
      check(alone, id, "CONNECT with :scheme or :path");
    } else {
      check(headers.scheme() != null, id, "a request without :scheme");
      CharSequence path = headers.path();
      check(path != null && !path.isEmpty(), id, "a request without :path");
    }
    if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
      expect(stream, headers);
    }
  }

  /** Several equal values are one (RFC 9110 8.6); nearly always there is but one. */
  private void expect(Http2Stream stream, Http2Headers headers) throws Http2Exception {
    Long plain = headers.getLong(HttpHeaderNames.CONTENT_LENGTH);
    if (plain != null) {
      expect(stream, headers, plain);
      return;
    }
    long length;
    try {
      length =
          HttpUtil.normalizeAndGetContentLength(
              headers.getAll(HttpHeaderNames.CONTENT_LENGTH), false, true);
    } catch (IllegalArgumentException e) {
      throw malformed(stream.id(), "a content-length that is none, or several");
    }
    headers.setLong(HttpHeaderNames.CONTENT_LENGTH, length);
    expect(stream, headers, length);
  }

  private void expect(Http2Stream stream, Http2Headers headers, long length) {
    boolean mayLack = !server && (hasNoBody(headers.status()) || listener.answersHead(stream));
    stream.setProperty(lengthKey, new ContentLength(length, mayLack));
  }

  /** Statuses whose responses have no content (RFC 9110 6.4.1). */
  private static boolean hasNoBody(@Nullable CharSequence status) {
    return status != null
        && (AsciiString.contentEquals(status, "204") || AsciiString.contentEquals(status, "304"));
  }

  /** RFC 9113 8.1: trailers have no pseudo-headers. */
  private static void checkTrailers(int id, Http2Headers headers) throws Http2Exception {
    boolean pseudo =
        headers.method() != null
            || headers.scheme() != null
            || headers.authority() != null
            || headers.path() != null
            || headers.status() != null;
    check(!pseudo, id, "trailers with a pseudo-header");
  }

  /** Counts body bytes against the content-length, where there is one. */
  private void count(Http2Stream stream, int bytes, boolean last) throws Http2Exception {
    ContentLength length = stream.getProperty(lengthKey);
    if (length != null) {
      length.add(stream.id(), bytes, last);
    }
  }

  /**
   * DATA.
   *
   * @param data without its padding
   * @param padding bytes of it, its length included
   */
  void onChunk(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean last)
      throws Http2Exception {
    Http2Stream stream = connection.stream(id);
    int bytes = data.readableBytes() + padding;
    // Whatever becomes of it, it has used the windows.
    windows.receive(stream, bytes, last);
    if (stream == null) {
      onLateChunk(id, bytes, last);
      return;
    }
    if (stream.isResetSent() || ended.isAboveGoAway(id)) {
      return;
    }
    if (!stream.state().remoteSideOpen()) {
      throw closed(id, "DATA");
    }
    count(stream, data.readableBytes(), last);
    int used = listener.onChunk(stream, data, last);
    windows.consumeBytes(stream, used + padding);
    if (last) {
      endRemote(ctx, stream);
    }
  }

  private void onLateChunk(int id, int bytes, boolean last) throws Http2Exception {
    if (isGone(id, "DATA") && !ended.isForgiven(id, bytes, last)) {
      throw closed(id, "DATA");
    }
  }

  void onReset(ChannelHandlerContext ctx, int id, long code) throws Http2Exception {
    Http2Stream stream = connection.stream(id);
    if (stream == null) {
      if (isGone(id, "RST_STREAM")) {
        ended.onPeerReset(id);
      }
      return;
    }
    if (stream.state() != Http2Stream.State.CLOSED) {
      listener.onReset(stream, code);
      lifecycle().closeStream(stream, ctx.newSucceededFuture());
    }
  }

  /** WINDOW_UPDATE of a stream, or of the connection, whose id is 0. */
  void onWindowUpdate(Http2RemoteFlowController sending, int id, int bytes) throws Http2Exception {
    Http2Stream stream = connection.stream(id);
    if (stream == null) {
      isGone(id, "WINDOW_UPDATE");
    } else if (stream.state() != Http2Stream.State.CLOSED && !ended.isAboveGoAway(id)) {
      sending.incrementWindowSize(stream, bytes);
    }
  }

  private void endRemote(ChannelHandlerContext ctx, Http2Stream stream) {
    lifecycle().closeStreamRemote(stream, ctx.newSucceededFuture());
  }

  /**
   * Whether a stream that is not there is over; the others are above our GOAWAY, and what comes for
   * them is dropped (RFC 9113 6.8).
   */
  private boolean isGone(int id, String frame) throws Http2Exception {
    if (ended.isAboveGoAway(id)) {
      return false;
    }
    if (!ended.hasBeen(id)) {
      throw neverBegun(id, frame);
    }
    return true;
  }

  private static Http2Exception neverBegun(int id, String frame) {
    return Http2Exception.connectionError(
        Http2Error.PROTOCOL_ERROR, "%s on stream %d, which never began", frame, id);
  }

  private static Http2Exception closed(int id, String frame) {
    return Http2Exception.streamError(
        id, Http2Error.STREAM_CLOSED, "%s on stream %d, which the peer has ended", frame, id);
  }

  private static void check(boolean sound, int id, String what) throws Http2Exception {
    if (!sound) {
      throw malformed(id, what);
    }
  }

  private static Http2Exception malformed(int id, String what) {
    return Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, what);
  }

  /** How many body bytes a head has announced, and how many of them have come (RFC 9113 8.1.1). */
  private static final class ContentLength {
    private final long announced;
    private final boolean mayLack;
    private long received;

    /**
     * Of a body that has not begun.
     *
     * @param mayLack whether there may be no body at all, as in the answer to HEAD
     */
    ContentLength(long announced, boolean mayLack) {
      this.announced = announced;
      this.mayLack = mayLack;
    }

    /**
     * More of the body has come.
     *
     * @param last whether that was all of it
     */
    void add(int streamId, int bytes, boolean last) throws Http2Exception {
      received += bytes;
      boolean lacks = last && received < announced && !(mayLack && received == 0);
      if (received > announced || lacks) {
        throw Http2Exception.streamError(
            streamId,
            Http2Error.PROTOCOL_ERROR,
            "%d bytes of a body whose content-length is %d",
            received,
            announced);
      }
    }
  }
}
