package dev.adit.server.config;

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
import dev.adit.core.http2.HeaderRules;
import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.server.config.agents.AgentsFile;
import dev.adit.server.config.agents.AgentsSource;
import io.netty.handler.ssl.ClientAuth;
import io.netty.util.AsciiString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code server.yaml}. Every method reads one section and notes what is wrong with it. */
public final class ServerConfigReader {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Pattern IDENTITY_HEADER = Pattern.compile("[a-z0-9_.-]{1,64}");
  private static final int MANY = 1_000_000;
  private static final int KIB = 1024;
  private static final int MIB = 1024 * 1024;

  private ServerConfigReader() {}

  /** The configuration in the file at {@code path}; throws with every problem there is. */
  public static ServerConfig read(Path path) throws ConfigException {
    ConfigProblems problems = new ConfigProblems();
    @Nullable ServerConfig config = read(path, Map.of(), problems);
    problems.throwIfAny();
    if (config == null) {
      throw new AssertionError("an unusable file without a problem: " + path);
    }
    return config;
  }

  /**
   * The configuration in the file at {@code path}, or null; what is wrong goes to problems, and a
   * configuration that comes with problems is good for further checks only.
   *
   * @param environment variables that may stand for keys of the file
   */
  public static @Nullable ServerConfig read(
      Path path, Map<String, String> environment, ConfigProblems problems) {
    @Nullable ConfigMap root = open(path, environment, problems);
    if (root == null || !root.isMapping()) {
      return null;
    }
    ServerConfig config =
        new ServerConfig(
            entry(root.childOrEmpty("entry")),
            tunnel(root),
            admin(root.childOrEmpty("admin")),
            rules(root),
            agents(root),
            drain(root.childOrEmpty("drain")),
            AccessLogConfig.read(root),
            LogConfig.read(root),
            TracingConfig.read(root));
    root.end();
    if (problems.isEmpty()) {
      ListenAddresses.check(root, config);
    }
    return config;
  }

  /** The file with what the environment says instead, to look something up in it. */
  public static @Nullable ConfigMap open(
      Path path, Map<String, String> environment, ConfigProblems problems) {
    return ConfigFile.read(path, Overrides.of(environment, "server.schema.json"), problems);
  }

  private static EntryConfig entry(ConfigMap entry) {
    ConfigMap keepalive = entry.childOrEmpty("keepalive");
    EntryConfig config =
        new EntryConfig(
            listen(entry, new HostPort("0.0.0.0", 8002)),
            TlsReader.ofEntry(entry),
            keepalive.duration("after", Duration.ofSeconds(60), SECOND, DAY),
            keepalive.duration("timeout", Duration.ofSeconds(20), SECOND, HOUR),
            entry.duration("idleTimeout", HOUR, SECOND, Duration.ofDays(365)),
            connections(entry, 10_000, 1000, FloodLimits.DEFAULT),
            entry.integer("maxStreamsPerConnection", 100, 1, MANY),
            (int) entry.bytes("maxHeaderBytes", 16 * KIB, KIB, MIB),
            entry.choice("forwardedHeaders", ForwardedHeaders.class, ForwardedHeaders.OVERWRITE),
            entry.read("identityHeader", ServerConfigReader::identityHeader));
    keepalive.end();
    entry.end();
    return config;
  }

  /** A name that gRPC lets pass as metadata of text, and that means nothing to HTTP or to us. */
  private static @Nullable AsciiString identityHeader(ConfigValue value) {
    return value.parse(
        "a header's name such as x-adit-identity",
        text -> {
          AsciiString name = AsciiString.of(text);
          if (!text.equals(text.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("it must be in lower case, as HTTP/2 sends it");
          }
          if (!IDENTITY_HEADER.matcher(text).matches()) {
            throw new IllegalArgumentException("it may have a-z, 0-9, '-', '_' and '.'");
          }
          if (text.endsWith("-bin")) {
            throw new IllegalArgumentException("gRPC takes what ends in -bin for base64");
          }
          if (HeaderRules.isSpokenFor(name)) {
            throw new IllegalArgumentException("'" + text + "' has a meaning already");
          }
          return name;
        });
  }

  private static ConnectionLimits connections(
      ConfigMap listener, int all, int ofAddress, FloodLimits usual) {
    return new ConnectionLimits(
        listener.duration("greetingTimeout", Duration.ofSeconds(5), Duration.ofMillis(100), HOUR),
        listener.integer("maxConnections", all, 1, MANY),
        listener.integer("maxConnectionsPerAddress", ofAddress, 1, MANY),
        floods(listener.childOrEmpty("floods"), usual));
  }

  private static FloodLimits floods(ConfigMap floods, FloodLimits usual) {
    FloodLimits limits =
        new FloodLimits(
            floods.integer("settings", usual.settings(), 1, MANY),
            floods.integer("pings", usual.pings(), 1, MANY),
            floods.integer("goAways", usual.goAways(), 1, MANY),
            floods.integer("unknownFrames", usual.unknownFrames(), 1, MANY),
            floods.integer("emptyData", usual.emptyData(), 1, MANY),
            floods.integer("continuations", usual.continuations(), 1, MANY),
            floods.integer("forcedResets", usual.forcedResets(), 1, MANY),
            floods.integer("quickResets", usual.quickResets(), 1, MANY),
            floods.integer("newStreams", usual.newStreams(), 1, MANY));
    floods.end();
    return limits;
  }

  private static TunnelConfig tunnel(ConfigMap root) {
    @Nullable ConfigValue value =
        root.required("tunnel", "a section with tls: {cert: .., key: ..} or insecure: true");
    ConfigMap tunnel = value == null ? root.childOrEmpty("tunnel") : value.map();
    @Nullable TlsConfig tls = tunnel.read("tls", each -> TlsReader.read(each, ClientAuth.OPTIONAL));
    boolean insecure = tunnel.bool("insecure", false);
    if (tunnel.isMapping() && !tunnel.has("tls") && !insecureIsMeant(tunnel)) {
      tunnel
          .value()
          .reject(
              "expected tls: {cert: FILE, key: FILE}, or insecure: true for clear text on a network"
                  + " you trust");
    }
    if (insecure && tunnel.has("tls")) {
      tunnel.value().reject("expected either tls or insecure: true, not both");
    }
    TunnelConfig config = tunnel(tunnel, tls, insecure);
    tunnel.end();
    return config;
  }

  /** Whether insecure is written as something else than false, be it wrongly. */
  private static boolean insecureIsMeant(ConfigMap tunnel) {
    @Nullable ConfigValue insecure = tunnel.optional("insecure");
    return insecure != null && !insecure.isWord("false");
  }

  private static TunnelConfig tunnel(ConfigMap tunnel, @Nullable TlsConfig tls, boolean insecure) {
    Duration heartbeat =
        tunnel.duration("heartbeat", SECOND, Duration.ofMillis(100), Duration.ofMinutes(1));
    Duration deadAfter =
        tunnel.duration("deadAfter", Duration.ofSeconds(4), Duration.ofMillis(200), HOUR);
    if (deadAfter.compareTo(heartbeat.multipliedBy(2)) < 0) {
      rejectKey(
          tunnel,
          "deadAfter",
          "heartbeat",
          tunnel.optional("deadAfter") == null
              ? "expected at most half of deadAfter, which is " + deadAfter.toMillis() + " ms"
              : "expected at least twice the heartbeat");
    }
    int initialWindow = (int) tunnel.bytes("initialWindow", 64 * KIB, KIB, 64 * MIB);
    int callWindow = (int) tunnel.bytes("callWindow", 256 * KIB, KIB, 1024 * MIB);
    long budget = tunnel.bytes("tunnelBudget", 64L * MIB, 64 * KIB, 1L << 40);
    if (callWindow < initialWindow) {
      rejectKey(tunnel, "callWindow", "initialWindow", "expected at least initialWindow");
    }
    if (budget < callWindow) {
      rejectKey(tunnel, "tunnelBudget", "callWindow", "expected at least callWindow");
    }
    return new TunnelConfig(
        listen(tunnel, new HostPort("0.0.0.0", 8003)),
        tls,
        insecure,
        connections(tunnel, 50_000, 10_000, FloodLimits.OF_AGENT),
        heartbeat,
        deadAfter,
        tunnel.integer("maxCallsPerAgent", 10_000, 1, 10_000_000),
        initialWindow,
        callWindow,
        budget,
        tunnel.duration("renewAfter", Duration.ofMinutes(30), SECOND, Duration.ofDays(365)),
        tunnel.duration(
            "awaitAgents", Duration.ofSeconds(5), Duration.ZERO, Duration.ofMinutes(1)));
  }

  private static AdminConfig admin(ConfigMap admin) {
    @Nullable HostPort written = admin.read("listen", ConfigValue::listenAddress);
    HostPort listen = written == null ? new HostPort("127.0.0.1", 8004) : written;
    @Nullable SecretRef token = admin.read("token", ConfigValue::secret);
    if (!listen.isLoopback() && !admin.has("token")) {
      rejectKey(
          admin,
          "listen",
          "listen",
          "expected a loopback address such as 127.0.0.1:8004, or token: {file: FILE} beside it;"
              + " the admin port must not be open to others without a token");
    }
    admin.end();
    return new AdminConfig(listen, token);
  }

  private static Path rules(ConfigMap root) {
    String what = "the directory of rule files";
    @Nullable ConfigValue value = root.required("rules", what);
    @Nullable Path path = value == null ? null : value.path();
    if (value != null && path != null && !Files.isDirectory(path)) {
      value.reject("expected " + what + "; there is no directory " + path);
    }
    return path == null ? root.value().file().directory().resolve("rules") : path;
  }

  private static AgentsSource agents(ConfigMap root) {
    @Nullable ConfigValue value = root.optional("agents");
    if (value != null && value.isList()) {
      return new AgentsSource.Inline(AgentsFile.list(value));
    }
    Path byDefault = root.value().file().directory().resolve("agents.yaml");
    if (value == null) {
      if (root.isMapping() && !Files.isRegularFile(byDefault)) {
        root.required("agents", "a file with the agents that may connect, or the list itself");
      }
      return new AgentsSource.FromFile(byDefault);
    }
    @Nullable Path path = value.existingFile();
    return new AgentsSource.FromFile(path == null ? byDefault : path);
  }

  private static Duration drain(ConfigMap drain) {
    Duration grace = drain.duration("grace", Duration.ofSeconds(60), Duration.ZERO, DAY);
    drain.end();
    return grace;
  }

  private static List<HostPort> listen(ConfigMap map, HostPort byDefault) {
    List<HostPort> listen = map.oneOrList("listen", ConfigValue::listenAddress);
    return listen.isEmpty() ? List.of(byDefault) : listen;
  }

  /** Rejects one of two keys that contradict each other: the first that is written. */
  private static void rejectKey(ConfigMap map, String first, String second, String expected) {
    @Nullable ConfigValue value = map.optional(first);
    if (value == null) {
      value = map.optional(second);
    }
    (value == null ? map.value() : value).reject(expected);
  }
}
