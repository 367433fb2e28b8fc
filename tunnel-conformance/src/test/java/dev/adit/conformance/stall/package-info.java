/**
 * Flow control as a whole: readers that stall, links that are long, memory that runs short. Tests
 * only.
 */
@NullMarked
package dev.adit.conformance.stall;

import org.jspecify.annotations.NullMarked;
