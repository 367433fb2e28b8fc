/**
 * Makes keys, key sets and tokens with nothing but the JDK, so that tests do not ask the library
 * they test.
 */
@NullMarked
package dev.adit.testing.jwt;

import org.jspecify.annotations.NullMarked;
