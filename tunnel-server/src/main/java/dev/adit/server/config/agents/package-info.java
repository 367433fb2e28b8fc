/**
 * Who may connect as an agent: the identities of {@code agents.yaml}. Public: {@link
 * dev.adit.server.config.agents.AgentIdentity}, {@link dev.adit.server.config.agents.AgentsSource},
 * {@link dev.adit.server.config.agents.AgentsFile}. Immutable; any thread.
 */
@NullMarked
package dev.adit.server.config.agents;

import org.jspecify.annotations.NullMarked;
