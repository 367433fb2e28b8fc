/**
 * Connections that are made one step after the other, and why a step fails. Public: {@link
 * dev.adit.agent.doctor.steps.SteppedDial}, {@link dev.adit.agent.doctor.steps.ProxySteps}, {@link
 * dev.adit.agent.doctor.steps.ConnectionSteps}. Used by one thread, which waits.
 */
@NullMarked
package dev.adit.agent.doctor.steps;

import org.jspecify.annotations.NullMarked;
