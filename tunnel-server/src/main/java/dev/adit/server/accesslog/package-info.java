/**
 * One line a call, written by a thread of its own. Public: {@link
 * dev.adit.server.accesslog.AccessLog}, {@link dev.adit.server.accesslog.CallRecord}. A record is
 * confined to its call's loop until it is logged.
 */
@NullMarked
package dev.adit.server.accesslog;

import org.jspecify.annotations.NullMarked;
