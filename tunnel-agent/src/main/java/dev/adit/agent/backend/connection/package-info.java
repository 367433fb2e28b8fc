/**
 * HTTP/2 connections to backends, and how they are dialled. Public: {@link
 * dev.adit.agent.backend.connection.BackendConnection}, which tells its {@link
 * dev.adit.agent.backend.connection.ConnectionOwner} and each stream's {@link
 * dev.adit.agent.backend.connection.BackendEvents}. A connection is confined to its loop.
 */
@NullMarked
package dev.adit.agent.backend.connection;

import org.jspecify.annotations.NullMarked;
