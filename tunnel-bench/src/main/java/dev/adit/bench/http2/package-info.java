/** What header lists cost at the edges. Public: the benchmarks, run by JMH. */
@NullMarked
package dev.adit.bench.http2;

import org.jspecify.annotations.NullMarked;
