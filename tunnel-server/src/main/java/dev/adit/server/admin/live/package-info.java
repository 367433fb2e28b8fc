/**
 * What the web page of the admin port is told while it is open. Public: {@link
 * dev.adit.server.admin.live.LiveFeed}, {@link dev.adit.server.admin.live.Advice}, {@link
 * dev.adit.server.admin.live.ForeignText}. Pictures are made on a thread of their own, once a
 * second for all who look; what they show is read from snapshots and asked of loops by tasks.
 */
@NullMarked
package dev.adit.server.admin.live;

import org.jspecify.annotations.NullMarked;
