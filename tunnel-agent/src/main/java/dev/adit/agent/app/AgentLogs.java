package dev.adit.agent.app;

import dev.adit.agent.config.AgentConfig;
import dev.adit.agent.config.AgentTlsConfig;
import dev.adit.core.config.HostPort;
import dev.adit.core.config.SecretRef;
import dev.adit.core.name.AddressText;
import dev.adit.core.process.EventLoops;
import dev.adit.core.tls.CertificateNames;
import dev.adit.core.tls.CertificateStatus;
import dev.adit.core.tls.PemFiles;
import dev.adit.core.upstream.UpstreamConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an agent says when it has started. */
final class AgentLogs {
  private static final Logger log = LoggerFactory.getLogger(AgentLogs.class);

  private AgentLogs() {}

  /**
   * Says who dials whom, with which identity, and what is served.
   *
   * @param admin null: no admin port
   */
  static void tellStart(AgentConfig config, String version, @Nullable InetSocketAddress admin) {
    log.info("{} agent {}", config.id(), version);
    log.info(
        "{} servers {}{}: {}, {}",
        config.id(),
        config.servers().stream().map(HostPort::toString).collect(Collectors.joining(", ")),
        config.proxy() == null ? "" : " through " + config.proxy(),
        config.insecure() ? "clear text" : "TLS trusting " + trust(config.tls()),
        credential(config));
    for (UpstreamConfig upstream : config.upstreams()) {
      log.info(
          "{} upstream {}: {}{}",
          config.id(),
          upstream.name(),
          upstream.backends().stream()
              .map(backend -> backend.address().toString())
              .collect(Collectors.joining(", ")),
          upstream.tls() == null ? "" : ", TLS");
    }
    if (admin != null) {
      log.info("{} admin on {}", config.id(), AddressText.of(admin));
    }
    if (!EventLoops.nativeProblem().isEmpty()) {
      log.warn("{} {}", config.id(), EventLoops.nativeProblem());
    }
    CertificateStatus.warnings(config.certificates(), Instant.now())
        .forEach(warning -> log.warn("{} {}", config.id(), warning));
  }

  private static String trust(AgentTlsConfig tls) {
    return (tls.ca() == null ? "the system's authorities" : tls.ca().toString())
        + (tls.serverName() == null ? "" : " for " + tls.serverName());
  }

  private static String credential(AgentConfig config) {
    String token =
        config.token() == null
            ? ""
            : config.token() instanceof SecretRef.FromFile file
                ? "token of " + file.path()
                : "token of the environment";
    Path file = config.tls().cert();
    if (file == null) {
      return token;
    }
    return (token.isEmpty() ? "" : token + ", ") + certificate(file);
  }

  private static String certificate(Path file) {
    try {
      X509Certificate certificate = PemFiles.certificates(file).get(0);
      return "certificate of "
          + String.join(" ", CertificateNames.all(certificate))
          + " until "
          + certificate.getNotAfter().toInstant();
    } catch (IOException e) {
      // It has been read a moment ago, so it is being replaced; that is told of when it is done.
      return "certificate in " + file;
    }
  }
}
