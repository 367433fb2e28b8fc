package dev.adit.core.http2.flood;

import java.time.Duration;

/**
 * What a listener allows those who connect.
 *
 * @param greetingTimeout how long a peer may take for its TLS handshake, for its SETTINGS, and for
 *     each header list
 * @param maxConnections connections at a time
 * @param maxConnectionsPerAddress of them, those from one IPv4 address or IPv6 network of 64 bits
 * @param floods what each of them may send
 */
public record ConnectionLimits(
    Duration greetingTimeout,
    int maxConnections,
    int maxConnectionsPerAddress,
    FloodLimits floods) {}
