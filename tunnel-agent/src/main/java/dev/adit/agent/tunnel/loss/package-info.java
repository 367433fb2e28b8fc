/**
 * What becomes of a tunnel that was lost: when to dial again, and what is said of it. Public:
 * {@link dev.adit.agent.tunnel.loss.DialTimer}, {@link dev.adit.agent.tunnel.loss.EndLog}, {@link
 * dev.adit.agent.tunnel.loss.EndCause}. Confined to the dialer's loop.
 */
@NullMarked
package dev.adit.agent.tunnel.loss;

import org.jspecify.annotations.NullMarked;
