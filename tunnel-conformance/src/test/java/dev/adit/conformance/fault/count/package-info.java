/**
 * Calls that run while something breaks, each counted at both its ends. Public: {@link
 * dev.adit.conformance.fault.count.CountedCalls}, {@link
 * dev.adit.conformance.fault.count.SeveralServers}. Any thread.
 */
@NullMarked
package dev.adit.conformance.fault.count;

import org.jspecify.annotations.NullMarked;
