/**
 * What tests assert with. Public: {@link dev.adit.conformance.check.Expect}, {@link
 * dev.adit.conformance.check.Eventually}, {@link dev.adit.conformance.check.CallerKind}, {@link
 * dev.adit.conformance.check.Scrape}. Any thread.
 */
@NullMarked
package dev.adit.conformance.check;

import org.jspecify.annotations.NullMarked;
