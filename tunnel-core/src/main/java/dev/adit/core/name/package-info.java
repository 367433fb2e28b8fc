/**
 * The names that people give to agents and groups, and how addresses are written for them. Public:
 * {@link dev.adit.core.name.AgentId}, {@link dev.adit.core.name.GroupName}, {@link
 * dev.adit.core.name.AddressText}. Immutable; any thread.
 */
@NullMarked
package dev.adit.core.name;

import org.jspecify.annotations.NullMarked;
