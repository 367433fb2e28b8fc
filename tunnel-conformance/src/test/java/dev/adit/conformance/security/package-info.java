/** Who is let in, by what proof, and what happens when that changes while the server runs. */
@NullMarked
package dev.adit.conformance.security;

import org.jspecify.annotations.NullMarked;
