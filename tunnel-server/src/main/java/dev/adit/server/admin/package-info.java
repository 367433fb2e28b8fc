/**
 * What the server shows of itself. Public: {@link dev.adit.server.admin.ServerStatus}. Any thread.
 */
@NullMarked
package dev.adit.server.admin;

import org.jspecify.annotations.NullMarked;
