package dev.adit.server.entry.call;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.EdgeHandler;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.write.BatchEncoder;
import dev.adit.server.calls.LoopCalls;
import dev.adit.server.calls.RunningCalls;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A caller's connection. Confined to its event loop. */
public final class EntryConnection extends EdgeHandler {
  static final String TOO_LARGE = "the header list of the response exceeds what the caller takes";

  // state, confined to the loop
  private @Nullable LoopCalls calls;

  EntryConnection(Http2ConnectionDecoder decoder, BatchEncoder encoder, Http2Settings settings) {
    super(decoder, encoder, settings);
  }

  /**
   * A header list beyond what is read at all: neither protocol nor path are known, so the answer is
   * HTTP's.
   */
  @Override
  protected void handleServerHeaderDecodeSizeError(ChannelHandlerContext ctx, Http2Stream stream) {
    HeaderFields fields =
        new HeaderFields(1).add(HeaderNames.X_TUNNEL_REASON, CallFailure.HEADER_TOO_LARGE.token());
    ResponseHead head = new ResponseHead(CallFailure.HEADER_TOO_LARGE.httpStatus(), fields);
    writeHead(stream.id(), head, true, null);
  }

  /**
   * Whether a list is not larger than the caller says it takes, for beyond that clients end their
   * connection (RFC 9113 6.5.2).
   */
  boolean takes(int listBytes) {
    return listBytes <= encoder().configuration().headersConfiguration().maxHeaderListSize();
  }

  /** The caller opens streams only to reset them. */
  void onQuickResets() throws Http2Exception {
    onFlood(Flood.QUICK_RESETS);
  }

  /** Where calls of this loop are kept. */
  LoopCalls calls(RunningCalls running) {
    LoopCalls known = calls;
    if (known == null) {
      known = running.of(loop());
      calls = known;
    }
    return known;
  }

  /** Of the caller's finished TLS handshake; null: clear text. */
  @Nullable SSLSession session() {
    @Nullable SslHandler tls = context().pipeline().get(SslHandler.class);
    return tls == null ? null : tls.engine().getSession();
  }
}
