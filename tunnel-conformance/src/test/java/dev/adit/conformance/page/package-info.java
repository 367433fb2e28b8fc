/** The web page of the admin port: over real sockets, and in a real browser. */
@NullMarked
package dev.adit.conformance.page;

import org.jspecify.annotations.NullMarked;
