/** The program that runs a sample backend. Public: {@link dev.adit.demo.backend.DemoBackend}. */
@NullMarked
package dev.adit.demo.backend;

import org.jspecify.annotations.NullMarked;
