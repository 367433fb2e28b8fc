/**
 * Tunnel streams without a network: two ends joined in memory on one loop that is moved by hand,
 * and the two sides of a call that write down what they hear. Public: {@link
 * dev.adit.testing.tunnel.TunnelPair}, {@link dev.adit.testing.tunnel.MemoryTransport}, {@link
 * dev.adit.testing.tunnel.HandLoop}. Confined to the test's thread.
 */
@NullMarked
package dev.adit.testing.tunnel;

import org.jspecify.annotations.NullMarked;
