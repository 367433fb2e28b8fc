package dev.adit.agent.config;

import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigFile;
import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.config.ConfigValue;
import dev.adit.core.config.HostPort;
import dev.adit.core.config.LogConfig;
import dev.adit.core.config.SecretRef;
import dev.adit.core.config.TracingConfig;
import dev.adit.core.config.environment.Overrides;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.tls.PemFiles;
import dev.adit.core.tls.TlsIdentity;
import dev.adit.core.upstream.AgentRoute;
import dev.adit.core.upstream.BackendConfig;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code agent.yaml}. Every method reads one section and notes what is wrong with it. */
public final class AgentConfigReader {

  private static final int MAX_CAPACITY = 10_000_000;

  // deps
  private final ConfigMap root;
  private final Map<String, String> environment;

  private AgentConfigReader(ConfigMap root, Map<String, String> environment) {
    this.root = root;
    this.environment = environment;
  }

  /**
   * The configuration in the file at {@code path}; throws with every problem there is.
   *
   * @param environment variables that may stand for keys of the file; {@code HTTPS_PROXY} and
   *     {@code HOSTNAME} are looked up in it too
   */
  public static AgentConfig read(Path path, Map<String, String> environment)
      throws ConfigException {
    return read(path, environment, new ConfigProblems());
  }

  /** The same; {@code problems} also has the warnings. */
  public static AgentConfig read(
      Path path, Map<String, String> environment, ConfigProblems problems) throws ConfigException {
    @Nullable ConfigMap root = open(path, environment, problems);
    @Nullable AgentConfig config =
        root == null ? null : new AgentConfigReader(root, environment).config();
    problems.throwIfAny();
    if (config == null) {
      throw new AssertionError("an unusable file without a problem: " + path);
    }
    if (config.allow().patterns().isEmpty()) {
      problems.warn(
          path
              + ": nothing may be dialled, so that all that servers hand out is refused: allow"
              + " names what may be");
    }
    return config;
  }

  /** The file with what the environment says instead, to look something up in it. */
  public static @Nullable ConfigMap open(
      Path path, Map<String, String> environment, ConfigProblems problems) {
    return ConfigFile.read(path, Overrides.of(environment, "agent.schema.json"), problems);
  }

  private @Nullable AgentConfig config() {
    @Nullable AgentId id = id();
    List<GroupName> groups =
        root.list("groups", value -> value.parse("a group name", GroupName::new));
    List<HostPort> servers = servers();
    AgentTlsConfig tls = tls();
    boolean insecure = insecure();
    checkNames(servers, tls, insecure);
    @Nullable SecretRef token = token();
    @Nullable ProxyConfig proxy = proxy();
    int capacity = root.integer("capacity", 10_000, 1, MAX_CAPACITY);
    ConfigSyncMode sync = root.choice("configSync", ConfigSyncMode.class, ConfigSyncMode.OFF);
    List<UpstreamConfig> upstreams = upstreams(sync);
    List<AgentRoute> routes = UpstreamReader.routes(root, upstreams);
    AllowList allow = allow(upstreams);
    LogConfig log = LogConfig.read(root);
    @Nullable HostPort admin = admin();
    Duration grace = drain();
    @Nullable TracingConfig tracing = TracingConfig.read(root);
    root.end();
    return id == null
        ? null
        : new AgentConfig(
            id,
            new LinkedHashSet<>(groups),
            servers,
            tls,
            insecure,
            token,
            proxy,
            capacity,
            log,
            upstreams,
            routes,
            sync,
            allow,
            admin,
            grace,
            tracing);
  }

  private @Nullable AgentId id() {
    @Nullable ConfigValue value = root.optional("id");
    if (value != null) {
      return value.parse("an agent id", AgentId::new);
    }
    try {
      return new AgentId(hostName(environment));
    } catch (UnknownHostException | IllegalArgumentException e) {
      root.required("id", "a name for this agent, since the host name cannot be one");
      return null;
    }
  }

  /** The name of this host, which an agent without an id goes by. */
  public static String hostName(Map<String, String> environment) throws UnknownHostException {
    @Nullable String name = environment.get("HOSTNAME");
    return name == null || name.isBlank() ? InetAddress.getLocalHost().getHostName() : name;
  }

  private List<HostPort> servers() {
    @Nullable ConfigValue value = root.required("servers", "the servers' tunnel addresses");
    return value == null ? List.of() : value.oneOrList(ConfigValue::dialAddress);
  }

  private AgentTlsConfig tls() {
    @Nullable ConfigMap tls = root.child("tls");
    if (tls == null) {
      return AgentTlsConfig.DEFAULT;
    }
    @Nullable Path ca = tls.read("ca", ConfigValue::existingFile);
    @Nullable Path cert = tls.read("cert", ConfigValue::existingFile);
    @Nullable Path key = tls.read("key", ConfigValue::existingFile);
    @Nullable String serverName = tls.read("serverName", UpstreamReader::serverName);
    tls.end();
    if (tls.has("cert") != tls.has("key")) {
      tls.value().reject("expected cert and key together");
    } else {
      checkFiles(tls, ca, cert, key);
    }
    return new AgentTlsConfig(ca, cert, key, serverName);
  }

  private static void checkFiles(
      ConfigMap tls, @Nullable Path ca, @Nullable Path cert, @Nullable Path key) {
    boolean there =
        Stream.of(ca, cert, key)
            .flatMap(Stream::ofNullable)
            .allMatch(file -> Files.isRegularFile(file) && Files.isReadable(file));
    if (!there) {
      return;
    }
    try {
      if (ca != null) {
        PemFiles.certificates(ca);
      }
      if (cert != null && key != null) {
        TlsIdentity.read(cert, key);
      }
    } catch (IOException e) {
      tls.value().reject("expected PEM files that can be used; " + e.getMessage());
    }
  }

  private boolean insecure() {
    boolean insecure = root.bool("insecure", false);
    @Nullable ConfigValue value = root.optional("insecure");
    if (value != null && insecure && root.has("tls")) {
      value.reject("expected either tls or insecure: true, not both");
    }
    return insecure && !root.has("tls");
  }

  /** Without a name of its own, TLS verifies the address's: that would fail at each dial. */
  private void checkNames(List<HostPort> servers, AgentTlsConfig tls, boolean insecure) {
    @Nullable ConfigValue value = root.optional("servers");
    if (value == null || insecure || tls.serverName() != null) {
      return;
    }
    for (HostPort server : servers) {
      UpstreamReader.checkVerifiable(value, server);
    }
  }

  private @Nullable SecretRef token() {
    @Nullable SecretRef token = root.read("token", ConfigValue::secret);
    @Nullable ConfigMap tls = root.child("tls");
    if (root.isMapping() && !root.has("token") && (tls == null || !tls.has("cert"))) {
      root.required(
          "token", "{file: FILE} or {env: NAME} with the token, or tls: {cert: .., key: ..}");
    }
    return token;
  }

  private @Nullable ProxyConfig proxy() {
    @Nullable String direct = lookUp("NO_PROXY");
    @Nullable ConfigValue value = root.optional("proxy");
    if (value != null) {
      return value.parse("a proxy", text -> ProxyConfig.parse(text, null));
    }
    return proxyFrom(lookUp("HTTPS_PROXY"), direct, root.value());
  }

  private static @Nullable ProxyConfig proxyFrom(
      @Nullable String text, @Nullable String direct, ConfigValue place) {
    if (text == null || text.isBlank()) {
      return null;
    }
    try {
      return ProxyConfig.parse(text, direct);
    } catch (IllegalArgumentException e) {
      // The address may hold a password: it is not repeated.
      place.reject("expected the environment variable HTTPS_PROXY to be like http://host:port");
      return null;
    }
  }

  private @Nullable String lookUp(String variable) {
    @Nullable String upper = environment.get(variable);
    return upper == null ? environment.get(variable.toLowerCase(Locale.ROOT)) : upper;
  }

  private List<UpstreamConfig> upstreams(ConfigSyncMode sync) {
    if (sync == ConfigSyncMode.OFF) {
      root.required("upstreams", "what this agent serves, unless configSync: accept");
    }
    return UpstreamReader.upstreams(root);
  }

  private AllowList allow(List<UpstreamConfig> upstreams) {
    @Nullable ConfigValue value = root.optional("allow");
    if (value == null) {
      return AllowList.exactly(upstreams);
    }
    AllowList allow =
        new AllowList(
            value.list(
                v ->
                    v.parse(
                        "an address that may be dialled, such as 127.0.0.1:* or *.internal:443",
                        AllowList.Pattern::parse)));
    if (allow.patterns().isEmpty() && !root.isEmptyList("allow")) {
      // All of them were refused, and told.
      return allow;
    }
    for (UpstreamConfig upstream : upstreams) {
      for (BackendConfig backend : upstream.backends()) {
        if (!allow.allows(backend.address())) {
          value.reject(
              "expected to contain "
                  + backend.address()
                  + " of upstream '"
                  + upstream.name()
                  + "'");
        }
      }
    }
    return allow;
  }

  private @Nullable HostPort admin() {
    @Nullable ConfigValue value = root.optional("admin");
    HostPort byDefault = new HostPort("127.0.0.1", 8014);
    if (value == null || value.isWord("off")) {
      return value == null ? byDefault : null;
    }
    if (!value.isMapping()) {
      value.reject("expected off or a mapping such as {listen: 127.0.0.1:8014}");
      return null;
    }
    ConfigMap admin = value.map();
    @Nullable ConfigValue listenValue = admin.optional("listen");
    @Nullable HostPort listen = listenValue == null ? byDefault : listenValue.listenAddress();
    admin.end();
    if (listenValue != null && listen != null && !listen.isLoopback()) {
      listenValue.reject(
          "expected a loopback address such as 127.0.0.1:8014; the agent's admin port"
              + " is for this machine only");
    }
    return listen;
  }

  private Duration drain() {
    ConfigMap drain = root.childOrEmpty("drain");
    Duration grace =
        drain.duration("grace", Duration.ofSeconds(30), Duration.ZERO, Duration.ofDays(1));
    drain.end();
    return grace;
  }
}
