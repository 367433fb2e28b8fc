/** What a call costs between the two ends of a tunnel. Public: the benchmarks, run by JMH. */
@NullMarked
package dev.adit.bench.tunnel;

import org.jspecify.annotations.NullMarked;
