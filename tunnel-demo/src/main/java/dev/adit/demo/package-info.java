/** The demo command. Public: {@link dev.adit.demo.Demo}. */
@NullMarked
package dev.adit.demo;

import org.jspecify.annotations.NullMarked;
