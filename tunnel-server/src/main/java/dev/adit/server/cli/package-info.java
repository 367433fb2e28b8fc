/**
 * The command line of the server. Public: {@link dev.adit.server.cli.ServerCommand}. Results go to
 * standard output, everything else to standard error; the exit code is 0 for good, 1 for a run-time
 * failure, 2 for wrong usage, 3 for an invalid configuration. Confined to the main thread.
 */
@NullMarked
package dev.adit.server.cli;

import org.jspecify.annotations.NullMarked;
