/** Puts an agent together and runs it. Public: {@link dev.adit.agent.app.AgentApp}. */
@NullMarked
package dev.adit.agent.app;

import org.jspecify.annotations.NullMarked;
