/** What it costs to find out who calls. */
@NullMarked
package dev.adit.bench.auth;

import org.jspecify.annotations.NullMarked;
