/**
 * Whether the peer of a tunnel lives. Public: {@link dev.adit.core.tunnel.liveness.Liveness}.
 * Confined to the loop of the tunnel.
 */
@NullMarked
package dev.adit.core.tunnel.liveness;

import org.jspecify.annotations.NullMarked;
