package dev.adit.server.entry;

import dev.adit.core.http2.EdgeHandler;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Settings;

/** A caller's connection. Confined to its event loop. */
final class EntryConnection extends EdgeHandler {
  private static final long PING_PAYLOAD = 0x41646974;

  EntryConnection(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
    super(decoder, encoder, settings);
  }

  /** Asks the caller for a sign of life. */
  void writePing() {
    encoder().writePing(context(), false, PING_PAYLOAD, context().newPromise());
    requestFlush();
  }
}
