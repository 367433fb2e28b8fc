/**
 * Replays a call that came through a tunnel to a backend. Public: {@link
 * dev.adit.agent.dispatch.CallDispatcher} and what it chooses from, {@link
 * dev.adit.agent.dispatch.ServedUpstreams}. A call is confined to the loop of the tunnel it came
 * on; its backend connection is of the same loop.
 */
@NullMarked
package dev.adit.agent.dispatch;

import org.jspecify.annotations.NullMarked;
