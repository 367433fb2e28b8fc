/**
 * What commands print for programs. Public: {@link dev.adit.server.cli.output.Output}. Any thread.
 */
@NullMarked
package dev.adit.server.cli.output;

import org.jspecify.annotations.NullMarked;
