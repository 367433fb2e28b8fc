/** The tunnel under other people's HTTP/2 tools. */
@NullMarked
package dev.adit.conformance.tools;

import org.jspecify.annotations.NullMarked;
