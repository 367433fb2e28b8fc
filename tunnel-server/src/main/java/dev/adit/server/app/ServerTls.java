package dev.adit.server.app;

import dev.adit.core.tls.CurrentSslContext;
import dev.adit.core.tls.FollowedTls;
import dev.adit.core.tls.TlsContexts;
import dev.adit.server.config.ServerConfig;
import dev.adit.server.config.TlsConfig;
import dev.adit.server.entry.EntryTls;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The certificates of both listeners, and the files that they come from. Any thread. */
final class ServerTls implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServerTls.class);

  /** From when on an end that is near is worth a warning. */
  private static final Duration NEAR = Duration.ofDays(14);

  // deps
  private final ServerConfig config;
  private final @Nullable EntryTls entry;
  private final @Nullable CurrentSslContext tunnel;
  private final List<FollowedTls> followed = new ArrayList<>();

  private ServerTls(
      ServerConfig config, @Nullable EntryTls entry, @Nullable CurrentSslContext tunnel) {
    this.config = config;
    this.entry = entry;
    this.tunnel = tunnel;
  }

  /**
   * Reads the files.
   *
   * @throws IOException if one does not hold what it should
   */
  static ServerTls read(ServerConfig config) throws IOException {
    List<TlsConfig> callers = config.entry().tls();
    TlsConfig agents = config.tunnel().tls();
    return new ServerTls(
        config,
        callers.isEmpty() ? null : new EntryTls(callers),
        agents == null ? null : new CurrentSslContext(context(agents)));
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
      List<Path> files =
          config.entry().tls().stream().flatMap(tls -> tls.files().stream()).distinct().toList();
      followed.add(FollowedTls.start("entry.tls", files, entry::reload));
    }
    TlsConfig agents = config.tunnel().tls();
    if (agents != null && tunnel != null) {
      followed.add(
          FollowedTls.start("tunnel.tls", agents.files(), () -> tunnel.replace(context(agents))));
    }
    warnings().forEach(log::warn);
  }

  /** Files that are refused, and certificates whose end is near or past. Reads files. */
  List<String> warnings() {
    List<String> lines = new ArrayList<>();
    followed.stream().map(FollowedTls::problem).filter(text -> !text.isEmpty()).forEach(lines::add);
    Stream.concat(config.entry().tls().stream(), Stream.ofNullable(config.tunnel().tls()))
        .distinct()
        .forEach(tls -> addEnd(tls, lines));
    return lines;
  }

  private static void addEnd(TlsConfig tls, List<String> lines) {
    try {
      X509Certificate certificate = tls.identity().certificate();
      Instant end = certificate.getNotAfter().toInstant();
      if (Instant.now().plus(NEAR).isAfter(end)) {
        lines.add(
            tls.cert()
                + (Instant.now().isAfter(end) ? " has expired at " : " expires at ")
                + end
                + ": put a new one in its place, it is read while the server runs");
      }
    } catch (IOException e) {
      // Said by the problem of the files.
    }
  }

  @Override
  public void close() {
    followed.forEach(FollowedTls::close);
  }
}
