/** Tunnels over links that lose packets or break. Tests only. */
@NullMarked
package dev.adit.conformance.fault.link;

import org.jspecify.annotations.NullMarked;
