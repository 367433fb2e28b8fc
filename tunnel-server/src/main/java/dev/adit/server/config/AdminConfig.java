package dev.adit.server.config;

import dev.adit.core.config.HostPort;
import dev.adit.core.config.SecretRef;
import org.jspecify.annotations.Nullable;

/**
 * The listener for operators.
 *
 * @param token demanded of every caller; never absent if others than this machine can connect
 */
public record AdminConfig(HostPort listen, @Nullable SecretRef token) {}
