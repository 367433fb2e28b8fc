/**
 * What both HTTP/2 ends share: header fields between HTTP/2 and a call, their validation,
 * deadlines, status mapping, and how a connection is put together and flushed. Public: {@link
 * dev.adit.core.http2.Http2HeaderFields}, {@link dev.adit.core.http2.HeaderRules}, {@link
 * dev.adit.core.http2.GrpcTimeout}, {@link dev.adit.core.http2.StatusTranslator}, {@link
 * dev.adit.core.http2.EdgeHandler}, {@link dev.adit.core.http2.HandshakeWatch}. Stateless, or
 * confined to the loop of one connection.
 */
@NullMarked
package dev.adit.core.http2;

import org.jspecify.annotations.NullMarked;
