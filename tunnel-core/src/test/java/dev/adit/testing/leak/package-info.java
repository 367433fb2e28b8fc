/**
 * Fails a test class in which a buffer was leaked. Found by JUnit and jqwik themselves in every
 * module that has this on its test class path; nothing is public for use. Any thread.
 */
@NullMarked
package dev.adit.testing.leak;

import org.jspecify.annotations.NullMarked;
