/**
 * Gives a routed call to an agent, and to another one while that is safe. Public: {@link
 * dev.adit.server.dispatch.Dispatcher}, {@link dev.adit.server.dispatch.PlacementListener}. A
 * {@link dev.adit.server.dispatch.Placement} is confined to the loop of its caller's connection.
 */
@NullMarked
package dev.adit.server.dispatch;

import org.jspecify.annotations.NullMarked;
