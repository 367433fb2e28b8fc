/**
 * What is left of calls when agents, servers, backends and links die, freeze, fall silent and come
 * back: separate processes, real signals, stock clients, and a count of every call at both its
 * ends. Tests only; the long ones are tagged {@code fault} and run with the profile of that name.
 */
@NullMarked
package dev.adit.conformance.fault;

import org.jspecify.annotations.NullMarked;
