/**
 * What commands print: warnings for programs, states for people. Public: {@link
 * dev.adit.server.cli.output.WarningTrees}, {@link dev.adit.server.cli.output.StatusText}. Any
 * thread.
 */
@NullMarked
package dev.adit.server.cli.output;

import org.jspecify.annotations.NullMarked;
