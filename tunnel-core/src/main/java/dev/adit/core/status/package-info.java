/**
 * How {@code status} of both commands looks to people. Public: {@link dev.adit.core.status.Sheet},
 * {@link dev.adit.core.status.Watch}. A sheet belongs to one thread.
 */
@NullMarked
package dev.adit.core.status;

import org.jspecify.annotations.NullMarked;
