/** gRPC's interoperability suite through a tunnel, on the suite's own class path. */
@NullMarked
package dev.adit.conformance.interop;

import org.jspecify.annotations.NullMarked;
