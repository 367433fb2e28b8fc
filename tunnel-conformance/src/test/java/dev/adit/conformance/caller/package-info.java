/** Who calls, as rules judge it and as backends are told, end to end with stock gRPC. */
@NullMarked
package dev.adit.conformance.caller;

import org.jspecify.annotations.NullMarked;
