package dev.adit.core.upstream;

import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigValue;
import dev.adit.core.config.HostPort;
import dev.adit.core.match.CallMatch;
import dev.adit.core.match.HostPattern;
import dev.adit.core.match.MatchReader;
import dev.adit.core.name.GroupName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the {@code upstreams} and {@code routes} of an agent's file or of a group. */
public final class UpstreamReader {

  private static final Duration MIN = Duration.ofMillis(10);
  private static final Duration HOUR = Duration.ofHours(1);

  private UpstreamReader() {}

  /** The upstreams of this machine's agent, whose files must be there; each name once. */
  public static List<UpstreamConfig> upstreams(ConfigMap map) {
    return upstreams(map, ConfigValue::existingFile);
  }

  /** The upstreams of agents elsewhere, where their files are too; each name once. */
  public static List<UpstreamConfig> upstreamsElsewhere(ConfigMap map) {
    return upstreams(map, ConfigValue::path);
  }

  /** The upstreams that a server hands to this machine's agent: it may not name files here. */
  public static List<UpstreamConfig> upstreamsFromServer(ConfigMap map) {
    return upstreams(map, UpstreamReader::refuseFile);
  }

  private static @Nullable Path refuseFile(ConfigValue value) {
    value.reject("expected no file: what a server hands out cannot name files of the agent's host");
    return null;
  }

  private static List<UpstreamConfig> upstreams(ConfigMap map, ConfigValue.Reading<Path> files) {
    Set<UpstreamName> names = new LinkedHashSet<>();
    return map.list("upstreams", value -> upstream(value, names, files));
  }

  /** The routes, each to one of {@code upstreams}. */
  public static List<AgentRoute> routes(ConfigMap map, List<UpstreamConfig> upstreams) {
    Set<UpstreamName> names =
        upstreams.stream()
            .map(UpstreamConfig::name)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    List<AgentRoute> routes = map.list("routes", value -> route(value, names));
    @Nullable ConfigValue given = map.optional("routes");
    if (upstreams.size() > 1 && (given == null || map.isEmptyList("routes"))) {
      ConfigValue at = given == null ? map.value() : given;
      at.reject("expected routes, since there is more than one upstream to choose from");
    }
    return routes;
  }

  private static @Nullable UpstreamConfig upstream(
      ConfigValue value, Set<UpstreamName> names, ConfigValue.Reading<Path> files) {
    ConfigMap map = value.map();
    @Nullable UpstreamName name = name(map, names);
    @Nullable ConfigValue listed = map.required("backends", "the backends' addresses");
    List<BackendConfig> backends =
        listed == null ? List.of() : listed.oneOrList(UpstreamReader::backend);
    ConfigMap connections = map.childOrEmpty("connections");
    int min = connections.integer("min", UpstreamConfig.MIN_CONNECTIONS, 0, 1000);
    int max = connections.integer("max", Math.max(UpstreamConfig.MAX_CONNECTIONS, min), 1, 1000);
    if (max < min) {
      connections.value().reject("expected max to be at least min");
    }
    connections.end();
    UpstreamBalance balance =
        map.choice("balance", UpstreamBalance.class, UpstreamBalance.LEAST_CALLS);
    @Nullable UpstreamTls tls = map.read("tls", v -> tls(v, files));
    if (listed != null && tls != null && tls.serverName() == null) {
      backends.forEach(backend -> checkVerifiable(listed, backend.address()));
    }
    @Nullable HealthCheck health = map.read("health", UpstreamReader::health);
    @Nullable CircuitBreaker breaker = map.read("circuitBreaker", UpstreamReader::breaker);
    Duration slowStart = map.duration("slowStart", UpstreamConfig.SLOW_START, Duration.ZERO, HOUR);
    map.end();
    return name == null
        ? null
        : new UpstreamConfig(name, backends, balance, tls, health, breaker, slowStart, min, max);
  }

  private static @Nullable UpstreamName name(ConfigMap map, Set<UpstreamName> names) {
    @Nullable ConfigValue value = map.required("name", "a name for the upstream");
    @Nullable UpstreamName name =
        value == null ? null : value.parse("an upstream's name", UpstreamName::new);
    if (value != null && name != null && !names.add(name)) {
      value.reject("expected each name once; there is already an upstream '" + name + "'");
    }
    return name;
  }

  private static @Nullable BackendConfig backend(ConfigValue value) {
    if (!value.isMapping()) {
      @Nullable HostPort address = value.dialAddress();
      return address == null ? null : new BackendConfig(address, 1);
    }
    ConfigMap map = value.map();
    @Nullable ConfigValue addressValue = map.required("address", "the backend's host:port");
    @Nullable HostPort address = addressValue == null ? null : addressValue.dialAddress();
    int weight = map.integer("weight", 1, 1, 1000);
    map.end();
    return address == null ? null : new BackendConfig(address, weight);
  }

  private static UpstreamTls tls(ConfigValue value, ConfigValue.Reading<Path> files) {
    ConfigMap map = value.map();
    @Nullable Path ca = map.read("ca", files);
    @Nullable Path cert = map.read("cert", files);
    @Nullable Path key = map.read("key", files);
    @Nullable String serverName = map.read("serverName", UpstreamReader::serverName);
    map.end();
    if (map.has("cert") != map.has("key")) {
      value.reject("expected cert and key together");
    }
    return new UpstreamTls(ca, cert, key, serverName);
  }

  /** The {@code serverName} of a {@code tls} section. */
  public static @Nullable String serverName(ConfigValue value) {
    return value.parse("a name that a certificate can have", HostPort::verifiable);
  }

  /** Notes an address for whose host no certificate can be verified, where TLS goes by it. */
  public static void checkVerifiable(ConfigValue place, HostPort address) {
    try {
      HostPort.verifiable(address.host());
    } catch (IllegalArgumentException e) {
      place.reject(
          "expected names that a certificate can have, or serverName under tls; " + e.getMessage());
    }
  }

  private static HealthCheck health(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable String service =
        map.read("grpc", v -> v.textOrEmpty("the service to ask about, \"\" for the whole server"));
    boolean tcp = map.bool("tcp", false);
    if (map.isMapping() && map.has("grpc") == tcp) {
      value.reject("expected exactly one of grpc: SERVICE (\"\" for the whole server), tcp: true");
    }
    HealthCheck health =
        new HealthCheck(
            service,
            map.duration("interval", Duration.ofSeconds(10), MIN, HOUR),
            map.duration("timeout", Duration.ofSeconds(3), MIN, HOUR),
            map.integer("down", 3, 1, 1000),
            map.integer("up", 2, 1, 1000));
    map.end();
    return health;
  }

  private static CircuitBreaker breaker(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable ConfigValue percent = map.optional("failurePercent");
    if (percent != null && map.has("failures")) {
      value.reject("expected one of failures (in a row) and failurePercent (of a window)");
    }
    if (percent == null && map.isMapping() && (map.has("minCalls") || map.has("window"))) {
      value.reject("expected failurePercent beside minCalls and window");
    }
    CircuitBreaker breaker =
        new CircuitBreaker(
            map.integer("failures", 5, 1, 1_000_000),
            percent == null ? 0 : percent.percent(0),
            map.integer("minCalls", 10, 1, 1_000_000),
            map.duration("window", Duration.ofSeconds(20), MIN, HOUR),
            map.duration("open", Duration.ofSeconds(30), MIN, HOUR),
            map.integer("successes", 3, 1, 1000));
    map.end();
    return breaker;
  }

  private static @Nullable AgentRoute route(ConfigValue value, Set<UpstreamName> names) {
    ConfigMap map = value.map();
    MatchReader reader = MatchReader.forRoutes();
    List<HostPattern> hosts = reader.hosts(map);
    List<CallMatch> matches = reader.matches(map);
    @Nullable GroupName group = map.read("group", v -> v.parse("a group name", GroupName::new));
    int priority = map.integer("priority", 0, -1_000_000, 1_000_000);
    @Nullable ConfigValue toValue = map.required("to", "the name of an upstream");
    @Nullable UpstreamName to =
        toValue == null ? null : toValue.parse("an upstream's name", UpstreamName::new);
    map.end();
    if (toValue != null && to != null && !names.contains(to)) {
      List<String> known = names.stream().map(UpstreamName::value).toList();
      toValue.rejectWord("expected the name of an upstream of this file", known, to.value());
    }
    return to == null ? null : new AgentRoute(hosts, ofGroup(matches, group), priority, to);
  }

  /** A group beside the matches counts for each of them. */
  private static List<CallMatch> ofGroup(List<CallMatch> matches, @Nullable GroupName group) {
    if (group == null) {
      return matches;
    }
    List<CallMatch> all = matches.isEmpty() ? List.of(CallMatch.ANY) : matches;
    return all.stream().map(m -> m.group() == null ? m.withGroup(group) : m).toList();
  }
}
