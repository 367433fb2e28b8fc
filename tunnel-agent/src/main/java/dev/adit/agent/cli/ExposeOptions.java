package dev.adit.agent.cli;

import dev.adit.agent.config.AgentConfig;
import dev.adit.agent.config.AgentConfigReader;
import dev.adit.agent.config.AgentTlsConfig;
import dev.adit.agent.config.AllowList;
import dev.adit.agent.config.ConfigSyncMode;
import dev.adit.agent.config.ProxyConfig;
import dev.adit.core.config.HostPort;
import dev.adit.core.config.LogConfig;
import dev.adit.core.config.SecretRef;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.process.FileFailure;
import dev.adit.core.upstream.BackendConfig;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamName;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code expose} is told on the command line: enough for one backend without a file. */
final class ExposeOptions {

  private static final String TOKEN_VARIABLE = "TUNNEL_TOKEN";

  @Parameters(
      paramLabel = "BACKEND",
      description = "The backend's address, host:port; takes every call.")
  private String backend = "";

  @Option(
      names = "--server",
      paramLabel = "ADDR",
      required = true,
      description = "The server's tunnel address, host:port; may be given several times.")
  private List<String> servers = List.of();

  @Option(
      names = "--group",
      paramLabel = "G",
      required = true,
      description = "The group to serve; may be given several times.")
  private List<String> groups = List.of();

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "The agent's id. Without it: the host name.")
  private @Nullable String id;

  @Option(
      names = "--token-file",
      paramLabel = "F",
      description = "The file with the token. Without it: the environment variable TUNNEL_TOKEN.")
  private @Nullable Path tokenFile;

  @ArgGroup private @Nullable Security security;

  /** How the server is known to be the right one. */
  static final class Security {
    @Option(
        names = "--ca",
        paramLabel = "F",
        description = "The certificate of who signs the server's. Without it: the system's trust.")
    private @Nullable Path ca;

    @Option(names = "--insecure", description = "Clear text instead of TLS.")
    private boolean insecure;
  }

  /**
   * The agent's configuration.
   *
   * @throws IllegalArgumentException with what is wrong in which option
   */
  AgentConfig toConfig(Map<String, String> environment) {
    HostPort address = option("BACKEND", () -> dialled(backend));
    List<HostPort> dialled =
        servers.stream().map(server -> option("--server", () -> dialled(server))).toList();
    boolean insecure = security != null && security.insecure;
    if (!insecure) {
      dialled.forEach(each -> option("--server", () -> HostPort.verifiable(each.host())));
    }
    Set<GroupName> named = new LinkedHashSet<>();
    groups.forEach(
        group ->
            named.add(option("--group", () -> GroupName.given(group, "give --group for each"))));
    UpstreamConfig upstream =
        UpstreamConfig.of(new UpstreamName("exposed"), List.of(new BackendConfig(address, 1)));
    return new AgentConfig(
        agentId(environment),
        named,
        dialled,
        tls(),
        insecure,
        token(environment),
        proxy(environment),
        10_000,
        LogConfig.DEFAULT,
        List.of(upstream),
        List.of(),
        ConfigSyncMode.OFF,
        AllowList.exactly(List.of(upstream)),
        null,
        Duration.ofSeconds(30),
        null);
  }

  private AgentId agentId(Map<String, String> environment) {
    if (id != null) {
      String given = id;
      return option("--id", () -> new AgentId(given));
    }
    try {
      return new AgentId(AgentConfigReader.hostName(environment));
    } catch (UnknownHostException | IllegalArgumentException e) {
      throw new IllegalArgumentException("--id is needed: the host name cannot be used", e);
    }
  }

  private AgentTlsConfig tls() {
    @Nullable Path ca = security == null ? null : security.ca;
    if (ca != null && !Files.isReadable(ca)) {
      throw new IllegalArgumentException("--ca: there is no readable file " + ca);
    }
    return new AgentTlsConfig(ca, null, null, null);
  }

  private SecretRef token(Map<String, String> environment) {
    if (tokenFile != null) {
      if (!Files.isReadable(tokenFile)) {
        throw new IllegalArgumentException("--token-file: there is no readable file " + tokenFile);
      }
      SecretRef.FromFile file = new SecretRef.FromFile(tokenFile.toAbsolutePath());
      checked("--token-file", file::read);
      return file;
    }
    if (environment.getOrDefault(TOKEN_VARIABLE, "").isBlank()) {
      throw new IllegalArgumentException(
          "a token is needed: --token-file FILE, or the environment variable " + TOKEN_VARIABLE);
    }
    SecretRef.FromEnvironment variable = new SecretRef.FromEnvironment(TOKEN_VARIABLE);
    checked(TOKEN_VARIABLE, () -> variable.read(environment));
    return variable;
  }

  private interface Secret {
    String read() throws IOException;
  }

  private static void checked(String option, Secret secret) {
    try {
      secret.read();
    } catch (IOException e) {
      throw new IllegalArgumentException(option + ": " + FileFailure.text(e), e);
    }
  }

  private static @Nullable ProxyConfig proxy(Map<String, String> environment) {
    @Nullable String upper = environment.get("HTTPS_PROXY");
    @Nullable String proxy = upper == null ? environment.get("https_proxy") : upper;
    @Nullable String direct = environment.getOrDefault("NO_PROXY", environment.get("no_proxy"));
    return proxy == null || proxy.isBlank()
        ? null
        : option("HTTPS_PROXY", () -> ProxyConfig.parse(proxy, direct));
  }

  private static HostPort dialled(String text) {
    HostPort address = HostPort.parse(text);
    if (address.port() == 0) {
      throw new IllegalArgumentException("port 0 cannot be dialled");
    }
    return address;
  }

  private static <T> T option(String name, Supplier<T> reading) {
    try {
      return Objects.requireNonNull(reading.get());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }
}
