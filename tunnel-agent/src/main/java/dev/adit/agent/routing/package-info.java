/**
 * Chooses the upstream for a call. Public: {@link dev.adit.agent.routing.AgentRoutes}. No I/O;
 * immutable; any thread.
 */
@NullMarked
package dev.adit.agent.routing;

import org.jspecify.annotations.NullMarked;
