/**
 * The calls the demo shows, system by system. Public: {@link dev.adit.demo.scenes.DemoSteps}. One
 * thread.
 */
@NullMarked
package dev.adit.demo.scenes;

import org.jspecify.annotations.NullMarked;
