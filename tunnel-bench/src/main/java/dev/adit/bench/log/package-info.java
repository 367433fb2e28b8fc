/** What logging costs. */
@NullMarked
package dev.adit.bench.log;

import org.jspecify.annotations.NullMarked;
