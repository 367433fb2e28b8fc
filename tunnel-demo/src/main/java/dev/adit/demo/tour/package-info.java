/**
 * Makes a row of calls, checks each and tells each. Public: {@link dev.adit.demo.tour.Tour}, {@link
 * dev.adit.demo.tour.Step}, {@link dev.adit.demo.tour.Takers}, {@link dev.adit.demo.tour.Narrator}
 * and the exceptions. One thread.
 */
@NullMarked
package dev.adit.demo.tour;

import org.jspecify.annotations.NullMarked;
