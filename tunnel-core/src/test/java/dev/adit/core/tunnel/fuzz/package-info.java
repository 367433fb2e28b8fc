/**
 * Either end of a tunnel against a peer that sends what fuzz inputs say. Tests only, each confined
 * to its thread.
 */
@NullMarked
package dev.adit.core.tunnel.fuzz;

import org.jspecify.annotations.NullMarked;
