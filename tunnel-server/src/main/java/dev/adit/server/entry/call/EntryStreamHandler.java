package dev.adit.server.entry.call;

import dev.adit.core.http2.EdgeBuilder;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.core.http2.flood.QuickResets;
import dev.adit.core.http2.read.EdgeListener;
import dev.adit.server.config.EntryConfig;
import dev.adit.server.entry.caller.ConnectionCaller;
import dev.adit.server.entry.caller.IdentityHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Takes the frames of one caller's connection and gives each to the call of its stream. The call
 * hangs on the stream and goes with it: {@code onOver} is the one place where a call is removed.
 * Confined to the loop of the connection.
 */
public final class EntryStreamHandler implements EdgeListener {
  /**
   * How much larger a header list may be than allowed and still be kept, so that it can be answered
   * in the caller's own protocol.
   */
  private static final int HEADER_LEEWAY = 2;

  // deps
  private final EntryContext entry;
  private final RequestReader reader;
  private final Admission admission;
  private final EntryConnection connection;
  private final Http2Connection.PropertyKey callKey;
  private final int number;
  private final QuickResets quickResets;

  private EntryStreamHandler(EntryContext entry, SocketAddress remote, boolean encrypted) {
    this.entry = entry;
    EntryConfig config = entry.config();
    @Nullable IdentityHeader identity =
        config.identityHeader() == null ? null : new IdentityHeader(config.identityHeader());
    admission = new Admission(new ConnectionCaller(entry.callers(), remote), identity);
    reader =
        new RequestReader(
            config.forwardedHeaders(),
            identity,
            config.maxHeaderBytes(),
            hostOf(remote),
            AsciiString.cached(encrypted ? "https" : "http"));
    number = entry.requestIds().newConnection();
    Http2Settings settings =
        Http2Settings.defaultSettings()
            .maxConcurrentStreams(config.maxStreamsPerConnection())
            .maxHeaderListSize((long) HEADER_LEEWAY * config.maxHeaderBytes());
    quickResets = new QuickResets(config.connections().floods().quickResets());
    connection =
        EdgeBuilder.server(
            settings,
            entry.windows(),
            config.connections(),
            limit -> entry.floods().add(limit, remote),
            this,
            EntryConnection::new);
    callKey = connection.connection().newKey();
    connection.connection().addListener(new CallRemover());
  }

  /**
   * Makes the handler of a new connection.
   *
   * @param remote the caller's address
   */
  public static EntryConnection newConnection(
      EntryContext entry, SocketAddress remote, boolean encrypted) {
    return new EntryStreamHandler(entry, remote, encrypted).connection;
  }

  static AsciiString hostOf(SocketAddress remote) {
    if (remote instanceof InetSocketAddress address) {
      return new AsciiString(NetUtil.toAddressString(address.getAddress()));
    }
    return AsciiString.cached("unknown");
  }

  @Override
  public void onHeaders(Http2Stream stream, Http2Headers headers, boolean last) {
    EntryCall running = stream.getProperty(callKey);
    if (running != null) {
      // Trailers of a request: gRPC has none, and no backend of ours waits for them.
      running.onRequestChunk(Unpooled.EMPTY_BUFFER, true);
      return;
    }
    AsciiString id = entry.requestIds().id(number, stream.id());
    EntryCall call = new EntryCall(entry, connection, stream, number);
    stream.setProperty(callKey, call);
    quickResets.onOpened(call.begunNanos());
    call.begin(reader, admission, (Http2HeaderFields) headers, last, id);
  }

  @Override
  public boolean isCut(Http2Headers headers) {
    return ((Http2HeaderFields) headers).isCut();
  }

  @Override
  public int onChunk(Http2Stream stream, ByteBuf data, boolean last) {
    EntryCall call = stream.getProperty(callKey);
    if (call == null) {
      return data.readableBytes();
    }
    call.onRequestChunk(data.retain(), last);
    return 0;
  }

  @Override
  public void onReset(Http2Stream stream, long code) throws Http2Exception {
    EntryCall call = stream.getProperty(callKey);
    long now = connection.loop().ticker().nanoTime();
    // Who resets when its time is up had better not be ended for it, with all its other calls; and
    // whoever means harm by it could as well leave it to us.
    if (call != null
        && call.isUnanswered(now)
        && quickResets.onReset(now - call.begunNanos(), now)) {
      connection.onQuickResets();
    }
  }

  /** A stream is over, whoever ended it and however. */
  private final class CallRemover extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      EntryCall call = stream.removeProperty(callKey);
      if (call != null) {
        call.onOver();
      }
    }
  }
}
