/**
 * What a process logs, and how its lines look. Public: {@link dev.adit.core.logging.Logging}. Any
 * thread.
 */
@NullMarked
package dev.adit.core.logging;

import org.jspecify.annotations.NullMarked;
