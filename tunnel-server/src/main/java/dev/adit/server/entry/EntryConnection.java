package dev.adit.server.entry;

import dev.adit.core.http2.EdgeHandler;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Settings;

/** A caller's connection. Confined to its event loop. */
final class EntryConnection extends EdgeHandler {
  EntryConnection(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
    super(decoder, encoder, settings);
  }
}
