/** What frames of the tunnel cost to write and to read. Public: the benchmarks, run by JMH. */
@NullMarked
package dev.adit.bench.wire;

import org.jspecify.annotations.NullMarked;
