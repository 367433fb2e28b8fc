/**
 * Chooses the rule, and with it the group, for a call. Public: {@link
 * dev.adit.server.routing.Router}, {@link dev.adit.server.routing.Route}, {@link
 * dev.adit.server.routing.Rule}, {@link dev.adit.server.routing.RoutingTable}. No I/O; immutable
 * snapshots; any thread.
 */
@NullMarked
package dev.adit.server.routing;

import org.jspecify.annotations.NullMarked;
