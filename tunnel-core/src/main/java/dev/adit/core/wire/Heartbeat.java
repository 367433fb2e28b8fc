package dev.adit.core.wire;

/**
 * A sign of life of one end of a tunnel (docs/protocol.md 4). The frame that comes most often after
 * those of calls, also where there are none: it is read and written as theirs are.
 *
 * @param token a number that its sender has not used before; unsigned
 * @param echo the token received last, 0 before the first; unsigned
 * @param echoDelayMicros how long the sender held that token; unsigned
 * @param atOnce whether the receiver shall answer at once
 */
public record Heartbeat(long token, long echo, long echoDelayMicros, boolean atOnce) {}
