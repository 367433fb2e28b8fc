/**
 * HTTP/2 peers that say exactly what a script tells them, also what no peer should. Public: {@link
 * dev.adit.testing.http2.Http2Script}, {@link dev.adit.testing.http2.FakeBackend}. One thread.
 */
@NullMarked
package dev.adit.testing.http2;

import org.jspecify.annotations.NullMarked;
