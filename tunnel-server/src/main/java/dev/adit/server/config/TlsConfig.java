package dev.adit.server.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The PEM files of one TLS identity.
 *
 * @param clientCa who signs the certificates that peers may present; absent: peers are not asked
 */
public record TlsConfig(Path cert, Path key, @Nullable Path clientCa) {}
