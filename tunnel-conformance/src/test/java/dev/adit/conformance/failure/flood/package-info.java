/** Floods of frames on either port of the server, ended at their limit. Tests only. */
@NullMarked
package dev.adit.conformance.failure.flood;

import org.jspecify.annotations.NullMarked;
