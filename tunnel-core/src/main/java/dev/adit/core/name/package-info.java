/**
 * The names that people give to agents and groups. Public: {@link dev.adit.core.name.AgentId},
 * {@link dev.adit.core.name.GroupName}. Immutable; any thread.
 */
@NullMarked
package dev.adit.core.name;

import org.jspecify.annotations.NullMarked;
