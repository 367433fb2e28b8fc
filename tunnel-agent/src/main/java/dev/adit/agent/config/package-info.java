/**
 * The agent's configuration: a frozen record and the reader of {@code agent.yaml}. Public: {@link
 * dev.adit.agent.config.AgentConfig} with its parts and {@link
 * dev.adit.agent.config.AgentConfigReader}. Immutable; any thread.
 */
@NullMarked
package dev.adit.agent.config;

import org.jspecify.annotations.NullMarked;
