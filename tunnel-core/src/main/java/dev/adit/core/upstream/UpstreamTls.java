package dev.adit.core.upstream;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards backends.
 *
 * @param ca who signs the backends' certificates; absent: the system's trust
 * @param cert our own certificate for backends that ask for one
 * @param serverName the name to ask for and to verify; absent: the backend's host
 */
public record UpstreamTls(
    @Nullable Path ca, @Nullable Path cert, @Nullable Path key, @Nullable String serverName) {

  /** The files it names. */
  public List<Path> files() {
    return Stream.of(ca, cert, key).flatMap(Stream::ofNullable).toList();
  }
}
