package dev.adit.server.config;

import dev.adit.core.tls.TlsIdentity;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The PEM files of one TLS identity.
 *
 * @param clientCa who signs the certificates that peers present; absent: peers are not asked
 * @param clients whether a peer that is asked must present one
 */
public record TlsConfig(Path cert, Path key, @Nullable Path clientCa, ClientAuth clients) {

  /**
   * Reads the certificate and its key.
   *
   * @throws IOException if a file does not hold what it should
   */
  public TlsIdentity identity() throws IOException {
    return TlsIdentity.read(cert, key);
  }

  /** All of them. */
  public List<Path> files() {
    List<Path> files = new ArrayList<>(List.of(cert, key));
    if (clientCa != null) {
      files.add(clientCa);
    }
    return files;
  }
}
