/**
 * Traces of calls as the W3C has them: whether a call is traced, what its hops say of it, and who
 * sends that away, which is a module that may be absent. Public: {@link
 * dev.adit.core.trace.CallTracer}, {@link dev.adit.core.trace.Span}, and what the module
 * implements, {@link dev.adit.core.trace.SpanExport}. Any thread; a span belongs to its call's.
 */
@NullMarked
package dev.adit.core.trace;

import org.jspecify.annotations.NullMarked;
