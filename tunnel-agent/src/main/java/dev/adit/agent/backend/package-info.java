/**
 * HTTP/2 connections to backends, pooled per event loop, and the choice among an upstream's
 * backends. Public: {@link dev.adit.agent.backend.UpstreamTable}, {@link
 * dev.adit.agent.backend.Upstream}, {@link dev.adit.agent.backend.BackendConnection}. A pool, its
 * connections and their streams are confined to one event loop.
 */
@NullMarked
package dev.adit.agent.backend;

import org.jspecify.annotations.NullMarked;
