package dev.adit.server.app;

import dev.adit.core.tls.CertificateStatus;
import dev.adit.core.tls.CurrentSslContext;
import dev.adit.core.tls.FollowedTls;
import dev.adit.core.tls.TlsContexts;
import dev.adit.server.config.ServerConfig;
import dev.adit.server.config.TlsConfig;
import dev.adit.server.entry.EntryTls;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The certificates of both listeners, and the files that they come from. Any thread. */
final class ServerTls implements AutoCloseable {

  // deps
  private final ServerConfig config;
  private final @Nullable EntryTls entry;
  private final @Nullable CurrentSslContext tunnel;
  private final FollowedTls entryFiles;
  private final FollowedTls tunnelFiles;

  /**
   * Reads the files.
   *
   * @throws IOException if one does not hold what it should
   */
  ServerTls(ServerConfig config) throws IOException {
    this.config = config;
    List<TlsConfig> callers = config.entry().tls();
    TlsConfig agents = config.tunnel().tls();
    entryFiles = new FollowedTls("entry.tls", files(callers.stream()));
    tunnelFiles = new FollowedTls("tunnel.tls", files(Stream.ofNullable(agents)));
    entry = callers.isEmpty() ? null : new EntryTls(callers);
    tunnel = agents == null ? null : new CurrentSslContext(context(agents));
  }

  private static List<Path> files(Stream<TlsConfig> identities) {
    return identities.flatMap(tls -> tls.files().stream()).distinct().toList();
  }

  private static SslContext context(TlsConfig tls) throws IOException {
    return TlsContexts.server(tls.identity(), tls.clientCa(), tls.clients());
  }

  /** For callers; null: clear text. */
  @Nullable EntryTls entry() {
    return entry;
  }

  /** For agents; null: clear text. */
  @Nullable SslContext tunnel() {
    return tunnel;
  }

  /** From now on changed files are put in force. */
  void follow() {
    if (entry != null) {
      entryFiles.start(entry::reload);
    }
    TlsConfig agents = config.tunnel().tls();
    if (agents != null && tunnel != null) {
      tunnelFiles.start(() -> tunnel.replace(context(agents)));
    }
  }

  /** What follows the files of each listener. */
  List<FollowedTls> followed() {
    return List.of(entryFiles, tunnelFiles);
  }

  /** The files with certificates: our own, and of who may sign those of peers. */
  List<Path> certificateFiles() {
    return Stream.concat(config.entry().tls().stream(), Stream.ofNullable(config.tunnel().tls()))
        .flatMap(tls -> Stream.concat(Stream.of(tls.cert()), Stream.ofNullable(tls.clientCa())))
        .distinct()
        .toList();
  }

  /**
   * Files that are refused, and certificates that are not valid or will not be soon. Reads files.
   */
  List<String> warnings() {
    List<String> lines = new ArrayList<>();
    Stream.of(entryFiles, tunnelFiles)
        .map(FollowedTls::problem)
        .filter(text -> !text.isEmpty())
        .forEach(lines::add);
    lines.addAll(CertificateStatus.warnings(certificates(), Instant.now()));
    return lines;
  }

  /** What both listeners show to their peers. Reads files. */
  List<CertificateStatus> certificates() {
    return config.certificates();
  }

  @Override
  public void close() {
    entryFiles.close();
    tunnelFiles.close();
  }
}
