package dev.adit.agent.backend.connection;

import dev.adit.core.http2.EdgeBuilder;
import dev.adit.core.http2.EdgeHandler;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.http2.write.BatchEncoder;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.NoRouteToHostException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One HTTP/2 connection to a backend. Confined to its event loop. */
public final class BackendConnection extends EdgeHandler {
  /** No stream's id. */
  public static final int NOT_OPENED = 0;

  private static final long MAX_HEADER_LIST_BYTES = 64 * 1024;

  /** Past this stream the connection takes no more: ids end at 2^31-1 (RFC 9113 5.1.1). */
  private static final int LAST_STREAM_ID = Integer.MAX_VALUE - (1 << 20);

  /**
   * So many streams in a row that a backend ends as too much leave the connection to what runs. A
   * server in Node refuses each stream once cancelled answers have filled the connection's memory.
   */
  private static final int MAX_TOO_MUCH = 5;

  /** How long a connection that takes no bytes any more is read for its end. */
  private static final long LAST_WORDS_MILLIS = 1000;

  private enum State {
    /** Dialling, or waiting for the backend's SETTINGS. */
    CONNECTING,
    /** Takes streams. */
    READY,
    /** The backend said GOAWAY, or stream ids run out: what runs goes on. */
    DRAINING,
    /** Gone. */
    CLOSED
  }

  // deps
  private final ConnectionOwner owner;
  private final Http2Connection.PropertyKey eventsKey = connection().newKey();
  private final Http2Connection.PropertyKey headKey = connection().newKey();
  private final Http2Connection.PropertyKey informationalKey = connection().newKey();

  // state, confined to the loop
  private State state = State.CONNECTING;
  private int reserved;
  private int tooMuch;

  /** Why TLS did not come about; empty if it did, or there is none. */
  private String tlsFailure = "";

  private BackendConnection(
      ConnectionOwner owner,
      Http2ConnectionDecoder decoder,
      BatchEncoder encoder,
      Http2Settings settings) {
    super(decoder, encoder, settings);
    this.owner = owner;
  }

  /** A connection that is not dialled yet. */
  public static BackendConnection newConnection(
      ConnectionOwner owner, ReceiveWindows.Sizes windows) {
    BackendStreamHandler streams = new BackendStreamHandler();
    Http2Settings settings =
        Http2Settings.defaultSettings().maxHeaderListSize(MAX_HEADER_LIST_BYTES);
    BackendConnection made =
        EdgeBuilder.client(
            settings,
            windows,
            streams,
            (decoder, encoder, initial) -> new BackendConnection(owner, decoder, encoder, initial));
    streams.attach(made);
    return made;
  }

  @Nullable BackendEvents events(Http2Stream stream) {
    return stream.getProperty(eventsKey);
  }

  @Nullable BackendEvents removeEvents(Http2Stream stream) {
    return stream.removeProperty(eventsKey);
  }

  /** Streams that could be opened now. */
  public int free() {
    if (state != State.READY) {
      return 0;
    }
    int limit = connection().local().maxActiveStreams();
    return Math.max(0, limit - connection().local().numActiveStreams() - reserved);
  }

  /** Whether it may become or is of use for new calls. */
  public boolean isUsable() {
    return state == State.CONNECTING || state == State.READY;
  }

  /** Whether it has no stream, not even a reserved one. */
  public boolean isIdle() {
    return connection().numActiveStreams() == 0 && reserved == 0;
  }

  /** Takes a free stream, to be opened or given back. */
  public void reserve() {
    reserved++;
  }

  /** Gives a reserved stream back unused. */
  public void giveBack() {
    reserved--;
    closeIfDone();
    owner.onFree();
  }

  /** Whether it has had a stream. */
  public boolean hasServed() {
    return connection().local().lastStreamCreated() > 0;
  }

  /** Whether it takes streams now. */
  public boolean isReady() {
    return state == State.READY;
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  /**
   * Whether a reserved stream can still be opened: the backend may have gone away meanwhile, or
   * lowered its limit.
   */
  public boolean canOpen() {
    return state == State.READY && connection().local().canOpenStream();
  }

  /** Whether this head is not larger than the backend says it takes (RFC 9113 6.5.2). */
  public boolean fits(Http2HeaderFields head) {
    return head.listBytes() <= encoder().configuration().headersConfiguration().maxHeaderListSize();
  }

  /**
   * Opens the reserved stream with a request's head. No event comes before this returns.
   *
   * @param last the request has no body
   * @return the stream's id; {@link #NOT_OPENED} if nothing has been written, and no event comes
   */
  public int open(Http2HeaderFields head, boolean last, BackendEvents events) {
    reserved--;
    int streamId = connection().local().incrementAndGetNextStreamId();
    writeFields(streamId, head, last, null);
    Http2Stream stream = connection().stream(streamId);
    if (stream == null) {
      // The connection is closing under us.
      return NOT_OPENED;
    }
    stream.setProperty(eventsKey, events);
    if (HeaderNames.HEAD.equals(head.method())) {
      stream.setProperty(headKey, true);
    }
    if (streamId >= LAST_STREAM_ID && isUsable()) {
      state = State.DRAINING;
      owner.onDraining(this);
    }
    return streamId;
  }

  /** Adds to the bytes of the 1xx heads of a stream's response; returns all of them. */
  int addInformational(Http2Stream stream, int bytes) {
    Integer before = stream.getProperty(informationalKey);
    int all = before == null ? bytes : before + bytes;
    stream.setProperty(informationalKey, all);
    return all;
  }

  /** Whether the request on this stream is HEAD. */
  boolean isHead(Http2Stream stream) {
    return stream.getProperty(headKey) != null;
  }

  /** The stream of this id, or null if it is over. */
  @Nullable Http2Stream stream(int streamId) {
    return connection().stream(streamId);
  }

  /** Whether this stream is not over yet. */
  public boolean isOpen(int streamId) {
    return stream(streamId) != null;
  }

  /** Response bytes of this stream have moved on. */
  public void consume(int streamId, int bytes) {
    Http2Stream stream = stream(streamId);
    if (stream != null) {
      consume(stream, bytes);
    }
  }

  /** The caller's side has ended: nobody listens to this stream any more. */
  public void cancel(int streamId) {
    Http2Stream stream = connection().stream(streamId);
    if (stream != null) {
      stream.removeProperty(eventsKey);
      writeReset(streamId, Http2Error.CANCEL.code());
    }
  }

  /** Whether request bytes of this stream wait for the backend's window. */
  public boolean hasUnsent(int streamId) {
    Http2Stream stream = connection().stream(streamId);
    return stream != null && hasUnsentChunks(stream);
  }

  /**
   * The backend's response is complete but its request is not: tells it that nothing more comes.
   */
  public void stopSending(int streamId) {
    Http2Stream stream = connection().stream(streamId);
    // Told while the last frame is being read: the codec closes the remote side only after that.
    if (stream != null && stream.state().localSideOpen()) {
      writeReset(streamId, Http2Error.NO_ERROR.code());
    }
  }

  void onConnectFailed(String why) {
    if (state != State.CLOSED) {
      state = State.CLOSED;
      owner.onClosed(this, false, why);
    }
  }

  void onSettings() {
    if (state == State.CONNECTING) {
      state = State.READY;
      owner.onReady();
    } else {
      owner.onFree();
    }
  }

  void onGoAway() {
    if (isUsable()) {
      state = State.DRAINING;
      owner.onDraining(this);
    }
    closeIfDone();
  }

  /** A response begins. */
  void onAnswer() {
    tooMuch = 0;
  }

  /** The backend has ended a stream by ENHANCE_YOUR_CALM, and without an answer. */
  void onTooMuch() {
    tooMuch++;
    if (tooMuch >= MAX_TOO_MUCH && isUsable()) {
      state = State.DRAINING;
      owner.onDraining(this);
    }
  }

  void onStreamOver() {
    closeIfDone();
    owner.onFree();
  }

  private void closeIfDone() {
    if (state == State.DRAINING && isIdle()) {
      close();
    }
  }

  /**
   * The peer took too long to become usable. The owner is told at once: a channel whose name is
   * still looked up has nothing to tell when it is closed.
   */
  public void giveUp() {
    if (state != State.CONNECTING) {
      return;
    }
    boolean silent = hasContext() && context().channel().isActive();
    onConnectFailed(
        (silent ? "no HTTP/2 SETTINGS within " : "no connection within ")
            + BackendConnector.CONNECT_TIMEOUT_MILLIS / 1000
            + " s");
    if (hasContext()) {
      close();
    }
  }

  /** Ends it now. */
  public ChannelFuture close() {
    return context().close();
  }

  boolean isInPipeline() {
    return state != State.CLOSED && hasContext();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
      Throwable cause = handshake.cause();
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      tlsFailure = "TLS failed: " + text(cause);
    }
    if (event instanceof ChannelOutputShutdownEvent) {
      onWriteFailed();
    }
    super.userEventTriggered(ctx, event);
  }

  /**
   * The backend has closed the connection. What it said before, such as GOAWAY and answers, may not
   * have been read yet, and its end comes behind that.
   */
  private void onWriteFailed() {
    if (state == State.READY) {
      state = State.DRAINING;
      owner.onDraining(this);
      closeIfDone();
    }
    Runnable end = this::close;
    loop().schedule(end, LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    boolean wasConnecting = state == State.CONNECTING;
    State before = state;
    state = State.CLOSED;
    super.channelInactive(ctx);
    if (before != State.CLOSED) {
      owner.onClosed(
          this, !wasConnecting, wasConnecting ? whyNever() : "the backend closed the connection");
    }
  }

  /** What went wrong, for people; its kind where it says nothing. */
  static String text(Throwable cause) {
    if (cause instanceof NoRouteToHostException) {
      // Netty's own says "null" and the address.
      return "this host has no way to it";
    }
    String said = cause.getMessage();
    return said == null || said.isEmpty() ? cause.getClass().getSimpleName() : said;
  }

  private String whyNever() {
    return tlsFailure.isEmpty()
        ? "the backend closed the connection without HTTP/2 SETTINGS"
        : tlsFailure;
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception http2Ex) {
    if (outbound && cause instanceof IOException) {
      // The connection ends by itself, once it is read to its end.
      return;
    }
    owner.onConnectionError(text(cause));
    super.onConnectionError(ctx, outbound, cause, http2Ex);
  }
}
