/**
 * Backends, their pools of connections, one for each event loop, and the choice among an upstream's
 * backends. Public: {@link dev.adit.agent.backend.UpstreamTable}, {@link
 * dev.adit.agent.backend.Upstream}, {@link dev.adit.agent.backend.Backend} and its {@link
 * dev.adit.agent.backend.BackendPool}. A pool is confined to one event loop.
 */
@NullMarked
package dev.adit.agent.backend;

import org.jspecify.annotations.NullMarked;
