/** A call of usual size, for benchmarks. Public: UsualCall. */
@NullMarked
package dev.adit.bench.call;

import org.jspecify.annotations.NullMarked;
