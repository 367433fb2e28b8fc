/**
 * Tells systemd how this process stands. Public: {@link dev.adit.core.systemd.ServiceNotices}. Any
 * thread.
 */
@NullMarked
package dev.adit.core.systemd;

import org.jspecify.annotations.NullMarked;
