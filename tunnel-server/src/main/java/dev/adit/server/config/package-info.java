/**
 * The server's configuration: a frozen record per section, and the reader of {@code server.yaml}.
 * Public: {@link dev.adit.server.config.ServerConfig}, its sections, and {@link
 * dev.adit.server.config.ServerConfigReader}. Immutable; any thread.
 */
@NullMarked
package dev.adit.server.config;

import org.jspecify.annotations.NullMarked;
