/**
 * What a traced call's spans tell: one for the call at the entry, under it one for each placement.
 * Public: {@link dev.adit.server.trace.CallTrace}. Confined to the loop of the caller's connection.
 */
@NullMarked
package dev.adit.server.trace;

import org.jspecify.annotations.NullMarked;
