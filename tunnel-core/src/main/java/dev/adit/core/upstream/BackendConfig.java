package dev.adit.core.upstream;

import dev.adit.core.config.HostPort;

/** One address of an upstream. A name is resolved anew at each connection. */
public record BackendConfig(HostPort address, int weight) {}
