package dev.adit.agent.config;

import dev.adit.core.config.HostPort;
import dev.adit.core.config.LogConfig;
import dev.adit.core.config.SecretRef;
import dev.adit.core.config.TracingConfig;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.tls.CertificateStatus;
import dev.adit.core.upstream.AgentRoute;
import dev.adit.core.upstream.UpstreamConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that {@code agent.yaml} says, with defaults filled in and paths made absolute.
 *
 * @param groups the groups to serve; none: all that the credential allows
 * @param servers dialled all; each once, however often it is named
 * @param insecure clear text to the servers, asked for in so many words
 * @param token null only if {@code tls} has a certificate, which is the proof then
 * @param proxy the HTTP proxy to the servers; null: none
 * @param capacity calls in flight this agent accepts
 * @param routes none: the only upstream takes all
 * @param allow what may be dialled, whoever asks for it
 * @param adminListen null: no admin port
 * @param drainGrace how long running calls may take to finish when the agent goes away
 * @param tracing absent: no traces are sent
 */
public record AgentConfig(
    AgentId id,
    Set<GroupName> groups,
    List<HostPort> servers,
    AgentTlsConfig tls,
    boolean insecure,
    @Nullable SecretRef token,
    @Nullable ProxyConfig proxy,
    int capacity,
    LogConfig log,
    List<UpstreamConfig> upstreams,
    List<AgentRoute> routes,
    ConfigSyncMode configSync,
    AllowList allow,
    @Nullable HostPort adminListen,
    Duration drainGrace,
    @Nullable TracingConfig tracing) {

  public AgentConfig {
    groups = Collections.unmodifiableSet(new LinkedHashSet<>(groups));
    servers = servers.stream().distinct().toList();
    upstreams = List.copyOf(upstreams);
    routes = List.copyOf(routes);
  }

  /** What the agent shows to servers and to backends. Reads files. */
  public List<CertificateStatus> certificates() {
    return Stream.concat(
            shown("tls", tls.cert()),
            upstreams.stream()
                .flatMap(
                    each ->
                        Stream.ofNullable(each.tls())
                            .flatMap(own -> shown("upstream " + each.name(), own.cert()))))
        .toList();
  }

  private static Stream<CertificateStatus> shown(String use, @Nullable Path file) {
    return Stream.ofNullable(file).flatMap(each -> CertificateStatus.read(use, each));
  }
}
