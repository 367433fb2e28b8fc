/**
 * Which agents are connected, by group, now. Public: {@link dev.adit.server.registry.AgentRegistry}
 * (changed by tunnels), {@link dev.adit.server.registry.RegistrySnapshot} (read by every call).
 * Snapshots are immutable; an {@link dev.adit.server.registry.AgentSession} is shared between loops
 * and says how.
 */
@NullMarked
package dev.adit.server.registry;

import org.jspecify.annotations.NullMarked;
