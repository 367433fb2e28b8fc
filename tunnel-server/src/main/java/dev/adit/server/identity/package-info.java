/**
 * Who may connect as an agent, and the file that says so while the server runs. Public: {@link
 * dev.adit.server.identity.AgentIdentities}, {@link dev.adit.server.identity.AgentsReload}. Any
 * thread.
 */
@NullMarked
package dev.adit.server.identity;

import org.jspecify.annotations.NullMarked;
