package dev.adit.server.config;

import dev.adit.core.config.LogConfig;
import dev.adit.core.config.TracingConfig;
import dev.adit.core.tls.CertificateStatus;
import dev.adit.server.config.agents.AgentsSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that {@code server.yaml} says, with defaults filled in and paths made absolute.
 *
 * @param drainGrace how long running calls may take to finish when the server goes away
 * @param tracing absent: no traces are sent
 */
public record ServerConfig(
    EntryConfig entry,
    TunnelConfig tunnel,
    AdminConfig admin,
    Path rulesDirectory,
    AgentsSource agents,
    Duration drainGrace,
    AccessLogConfig accessLog,
    LogConfig log,
    @Nullable TracingConfig tracing) {

  /** What both listeners show to their peers. Reads files. */
  public List<CertificateStatus> certificates() {
    return Stream.concat(
            entry.tls().stream().flatMap(each -> CertificateStatus.read("entry.tls", each.cert())),
            Stream.ofNullable(tunnel.tls())
                .flatMap(each -> CertificateStatus.read("tunnel.tls", each.cert())))
        .toList();
  }
}
