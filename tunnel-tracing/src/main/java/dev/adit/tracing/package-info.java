/**
 * Sends spans to a collector by the OpenTelemetry SDK. Found by {@link java.util.ServiceLoader};
 * nothing here is named anywhere else. Any thread.
 */
@NullMarked
package dev.adit.tracing;

import org.jspecify.annotations.NullMarked;
