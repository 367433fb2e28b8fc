/**
 * What one connection gets of a loop that many share. Public: {@link
 * dev.adit.core.http2.turn.TurnShare}. Confined to the loop of a connection.
 */
@NullMarked
package dev.adit.core.http2.turn;

import org.jspecify.annotations.NullMarked;
