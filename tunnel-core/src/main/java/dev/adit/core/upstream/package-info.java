/**
 * What an agent serves: upstreams with their backends, and the routes to them. Read from the
 * agent's own file, and by the server from what it hands to a group's agents. Public: {@link
 * dev.adit.core.upstream.UpstreamConfig} with its parts, {@link dev.adit.core.upstream.AgentRoute},
 * {@link dev.adit.core.upstream.UpstreamReader}. Immutable; any thread.
 */
@NullMarked
package dev.adit.core.upstream;

import org.jspecify.annotations.NullMarked;
