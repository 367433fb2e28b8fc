/** What finding the rule for a call costs. Public: the benchmarks, run by JMH. */
@NullMarked
package dev.adit.bench.match;

import org.jspecify.annotations.NullMarked;
