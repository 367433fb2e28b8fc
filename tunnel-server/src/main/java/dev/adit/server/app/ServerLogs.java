package dev.adit.server.app;

import dev.adit.core.config.HostPort;
import dev.adit.core.name.AddressText;
import dev.adit.core.process.EventLoops;
import dev.adit.core.status.Sheet;
import dev.adit.core.tls.CertificateNames;
import dev.adit.core.tls.PemFiles;
import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.config.AccessLogConfig;
import dev.adit.server.config.ServerConfig;
import dev.adit.server.config.TlsConfig;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server writes for people: its access log, and what it says when it has started. */
final class ServerLogs {
  private static final Logger log = LoggerFactory.getLogger(ServerLogs.class);

  private ServerLogs() {}

  /** Opens the access log; {@code stdout} takes the lines that have no file. */
  static AccessLog open(AccessLogConfig config, OutputStream stdout) throws AccessLogException {
    try {
      return new AccessLog(config, stdout, Clock.systemUTC());
    } catch (IOException e) {
      throw new AccessLogException(e);
    }
  }

  /**
   * Where a server listens.
   *
   * @param entry addresses, with their real ports
   */
  record Listening(
      List<? extends SocketAddress> entry,
      List<? extends SocketAddress> tunnel,
      SocketAddress admin) {}

  /**
   * Says what listens, with which identities, and what is odd about them.
   *
   * @param identities lines of agents.yaml
   * @param warnings what an operator should act on
   */
  static void tellStart(
      ServerConfig config,
      String version,
      Listening listening,
      int identities,
      List<String> warnings) {
    TlsConfig agents = config.tunnel().tls();
    log.info("server {}", version);
    log.info(
        "entry on {}: {}",
        texts(listening.entry(), config.entry().listen()),
        identities(config.entry().tls()));
    log.info(
        "tunnel on {}: {}; {} may connect",
        texts(listening.tunnel(), config.tunnel().listen()),
        identities(agents == null ? List.of() : List.of(agents)),
        Sheet.count(identities, "line of agents", "lines of agents"));
    log.info(
        "admin on {}: {}",
        text(listening.admin(), config.admin().listen()),
        config.admin().token() == null ? "for this machine, without a token" : "with a token");
    log.info("access log: {}", text(config.accessLog()));
    if (!EventLoops.nativeProblem().isEmpty()) {
      log.warn(EventLoops.nativeProblem());
    }
    warnings.forEach(log::warn);
  }

  private static String texts(List<? extends SocketAddress> addresses, List<HostPort> wanted) {
    return IntStream.range(0, addresses.size())
        .mapToObj(i -> text(addresses.get(i), wanted.get(i)))
        .collect(Collectors.joining(", "));
  }

  private static String text(SocketAddress address, HostPort wanted) {
    return AddressText.ofListener((InetSocketAddress) address, wanted.host());
  }

  private static String identities(List<TlsConfig> all) {
    return all.isEmpty()
        ? "clear text"
        : "TLS, " + all.stream().map(ServerLogs::text).collect(Collectors.joining("; "));
  }

  private static String text(TlsConfig tls) {
    String clients =
        tls.clientCa() == null
            ? ""
            : tls.clients() == ClientAuth.REQUIRE
                ? ", peers must show a certificate"
                : ", peers may show a certificate";
    try {
      X509Certificate certificate = PemFiles.certificates(tls.cert()).get(0);
      return String.join(" ", CertificateNames.all(certificate))
          + " until "
          + certificate.getNotAfter().toInstant()
          + clients;
    } catch (IOException e) {
      // It has been read a moment ago, so it is being replaced; that is told of when it is done.
      return tls.cert() + clients;
    }
  }

  private static String text(AccessLogConfig config) {
    if (!config.isOn()) {
      return "off";
    }
    String sample =
        config.samplePercent() < 100 ? ", " + config.samplePercent() + " % of calls" : "";
    return config.format().name().toLowerCase(Locale.ROOT)
        + " to "
        + (config.file() == null ? "standard output" : config.file())
        + sample;
  }
}
