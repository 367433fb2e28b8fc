/**
 * How the commands of a program are put together, and what becomes of their mistakes. Public:
 * {@link dev.adit.core.cli.Commands}.
 */
@NullMarked
package dev.adit.core.cli;

import org.jspecify.annotations.NullMarked;
