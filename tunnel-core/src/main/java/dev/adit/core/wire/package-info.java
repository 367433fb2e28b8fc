/**
 * The bytes of a {@code TunnelMessage}: the frames of calls are written and read by hand, straight
 * between buffers and the call's own types; the frames of the tunnel itself (request_id 0) go
 * through the generated classes. Public: {@link dev.adit.core.wire.FrameWriter}, {@link
 * dev.adit.core.wire.FrameReader}, {@link dev.adit.core.wire.FrameHandler}. Stateless; any thread.
 */
@NullMarked
package dev.adit.core.wire;

import org.jspecify.annotations.NullMarked;
