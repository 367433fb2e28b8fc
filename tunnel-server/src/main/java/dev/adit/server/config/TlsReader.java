package dev.adit.server.config;

import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigValue;
import dev.adit.core.tls.PemFiles;
import dev.adit.core.tls.TlsIdentity;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one TLS identity of {@code server.yaml}, and looks into the files that it names. */
final class TlsReader {
  private TlsReader() {}

  /** What peers that are asked for a certificate may do without one. */
  private enum Clients {
    REQUIRED,
    OPTIONAL
  }

  /** The identities of the entry, which all ask alike for callers' certificates. */
  static List<TlsConfig> ofEntry(ConfigMap entry) {
    List<TlsConfig> identities =
        entry.oneOrList("tls", each -> TlsReader.read(each, ClientAuth.REQUIRE));
    @Nullable ConfigValue value = entry.optional("tls");
    if (value != null && identities.stream().map(TlsReader::asks).distinct().count() > 1) {
      // Which identity is shown is the caller's choice (SNI), and the host it then calls is not
      // tied to it.
      value.reject(
          "expected every identity to have a clientCa and the same clients, or none: a caller could"
              + " choose the one that asks for least");
    }
    return identities;
  }

  private static ClientAuth asks(TlsConfig identity) {
    return identity.clientCa() == null ? ClientAuth.NONE : identity.clients();
  }

  /**
   * The identity, or null where a file is missing.
   *
   * @param byDefault what holds with a clientCa and no word on it
   */
  static @Nullable TlsConfig read(ConfigValue value, ClientAuth byDefault) {
    ConfigMap map = value.map();
    @Nullable ConfigValue certValue = map.required("cert", "a PEM file with the certificate chain");
    @Nullable ConfigValue keyValue = map.required("key", "a PEM file with the private key");
    @Nullable Path cert = certValue == null ? null : certValue.existingFile();
    @Nullable Path key = keyValue == null ? null : keyValue.existingFile();
    @Nullable Path clientCa = map.read("clientCa", TlsReader::authorities);
    ClientAuth clients = clients(map, byDefault);
    map.end();
    if (cert == null || key == null) {
      return null;
    }
    if (isUsable(cert) && isUsable(key)) {
      try {
        TlsIdentity.read(cert, key);
      } catch (IOException e) {
        value.reject("expected a certificate and its key; " + e.getMessage());
      }
    }
    return new TlsConfig(cert, key, clientCa, clients);
  }

  /** What is not has been told already. */
  private static boolean isUsable(Path file) {
    return Files.isRegularFile(file) && Files.isReadable(file);
  }

  private static @Nullable Path authorities(ConfigValue value) {
    @Nullable Path file = value.existingFile();
    if (file != null && isUsable(file)) {
      try {
        PemFiles.certificates(file);
      } catch (IOException e) {
        value.reject("expected a PEM file with certificates; " + e.getMessage());
      }
    }
    return file;
  }

  private static ClientAuth clients(ConfigMap map, ClientAuth byDefault) {
    @Nullable ConfigValue value = map.optional("clients");
    Clients usual = byDefault == ClientAuth.REQUIRE ? Clients.REQUIRED : Clients.OPTIONAL;
    Clients clients = map.choice("clients", Clients.class, usual);
    if (value != null && !map.has("clientCa")) {
      value.reject("expected clientCa beside it: without one nobody is asked for a certificate");
    }
    return clients == Clients.REQUIRED ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL;
  }
}
