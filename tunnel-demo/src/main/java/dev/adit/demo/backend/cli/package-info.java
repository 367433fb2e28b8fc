/**
 * The command line of a sample backend. Public: {@link dev.adit.demo.backend.cli.BackendCommand}.
 */
@NullMarked
package dev.adit.demo.backend.cli;

import org.jspecify.annotations.NullMarked;
