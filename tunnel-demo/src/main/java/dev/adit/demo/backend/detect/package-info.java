/**
 * The sample spam detector. Public: {@link dev.adit.demo.backend.detect.DetectService}. Any thread.
 */
@NullMarked
package dev.adit.demo.backend.detect;

import org.jspecify.annotations.NullMarked;
