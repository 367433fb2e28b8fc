/**
 * Gives routed calls to agents of their groups, and copies of them to others. Public: {@link
 * dev.adit.server.dispatch.Dispatcher}. Any loop; a call is confined to that of its caller's
 * connection.
 */
@NullMarked
package dev.adit.server.dispatch;

import org.jspecify.annotations.NullMarked;
