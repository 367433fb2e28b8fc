/** What credit costs. Public: the benchmarks, run by JMH. */
@NullMarked
package dev.adit.bench.flow;

import org.jspecify.annotations.NullMarked;
