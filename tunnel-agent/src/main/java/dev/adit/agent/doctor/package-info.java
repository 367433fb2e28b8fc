/**
 * Finds out why an agent does not get through to its servers or its backends, step by step, and
 * says the cure. Public: {@link dev.adit.agent.doctor.Doctor}, {@link
 * dev.adit.agent.doctor.Finding}. Works on the caller's thread, which waits for an event loop of
 * its own.
 */
@NullMarked
package dev.adit.agent.doctor;

import org.jspecify.annotations.NullMarked;
