package dev.adit.server.admin.page;

import dev.adit.core.config.HostPort;
import dev.adit.core.config.SecretRef;
import dev.adit.core.config.TracingConfig;
import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.server.config.AccessLogConfig;
import dev.adit.server.config.AdminConfig;
import dev.adit.server.config.EntryConfig;
import dev.adit.server.config.ServerConfig;
import dev.adit.server.config.TlsConfig;
import dev.adit.server.config.TunnelConfig;
import dev.adit.server.config.agents.AgentsSource;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A key of server.yaml and its value, defaults filled in. Each is named here: what is not is not
 * shown, so that no secret is, nor a hash of one.
 */
record ConfigLine(String key, String value) {

  /** All that is shown, in the order of the file. */
  static List<ConfigLine> of(ServerConfig config) {
    List<ConfigLine> lines = new ArrayList<>();
    addEntry(config.entry(), lines);
    addTunnel(config.tunnel(), lines);
    AdminConfig admin = config.admin();
    add(lines, "admin.listen", admin.listen());
    add(lines, "admin.token", admin.token() == null ? "none" : place(admin.token()));
    add(lines, "rules", config.rulesDirectory());
    add(
        lines,
        "agents",
        config.agents() instanceof AgentsSource.FromFile file
            ? file.path()
            : "written in server.yaml");
    add(lines, "drain.grace", text(config.drainGrace()));
    AccessLogConfig log = config.accessLog();
    add(lines, "accessLog.format", lower(log.format()));
    if (log.isOn()) {
      add(lines, "accessLog.file", log.file() == null ? "-" : log.file());
      boolean limited = log.maxBytes() != AccessLogConfig.UNLIMITED;
      add(lines, "accessLog.maxSize", limited ? log.maxBytes() : "none");
      add(lines, "accessLog.keep", log.keep());
      add(lines, "accessLog.sample", log.samplePercent() + " %");
      add(lines, "accessLog.openAfter", text(log.openAfter()));
    }
    add(lines, "log.level", lower(config.log().level()));
    add(lines, "log.format", lower(config.log().format()));
    TracingConfig tracing = config.tracing();
    if (tracing == null) {
      add(lines, "tracing.otlp", "none");
    } else {
      // Not the whole address: it may have a password.
      URI otlp = tracing.otlp();
      String port = otlp.getPort() < 0 ? "" : ":" + otlp.getPort();
      add(lines, "tracing.otlp", otlp.getScheme() + "://" + otlp.getHost() + port);
      add(lines, "tracing.sample", tracing.samplePercent() + " %");
    }
    return lines;
  }

  private static void addEntry(EntryConfig entry, List<ConfigLine> lines) {
    add(lines, "entry.listen", text(entry.listen()));
    for (int i = 0; i < entry.tls().size(); i++) {
      addTls(
          "entry.tls" + (entry.tls().size() == 1 ? "" : "[" + i + "]"), entry.tls().get(i), lines);
    }
    if (entry.tls().isEmpty()) {
      add(lines, "entry.tls", "none: clear text");
    }
    add(lines, "entry.keepalive.after", text(entry.keepaliveAfter()));
    add(lines, "entry.keepalive.timeout", text(entry.keepaliveTimeout()));
    add(lines, "entry.idleTimeout", text(entry.idleTimeout()));
    add(lines, "entry.maxStreamsPerConnection", entry.maxStreamsPerConnection());
    add(lines, "entry.maxHeaderBytes", entry.maxHeaderBytes());
    add(lines, "entry.forwardedHeaders", lower(entry.forwardedHeaders()));
    add(
        lines,
        "entry.identityHeader",
        entry.identityHeader() == null ? "none" : entry.identityHeader());
    addConnections("entry.", entry.connections(), lines);
  }

  private static void addConnections(
      String section, ConnectionLimits limits, List<ConfigLine> lines) {
    add(lines, section + "greetingTimeout", text(limits.greetingTimeout()));
    add(lines, section + "maxConnections", limits.maxConnections());
    add(lines, section + "maxConnectionsPerAddress", limits.maxConnectionsPerAddress());
    FloodLimits floods = limits.floods();
    add(lines, section + "floods.settings", floods.settings());
    add(lines, section + "floods.pings", floods.pings());
    add(lines, section + "floods.goAways", floods.goAways());
    add(lines, section + "floods.unknownFrames", floods.unknownFrames());
    add(lines, section + "floods.emptyData", floods.emptyData());
    add(lines, section + "floods.continuations", floods.continuations());
    add(lines, section + "floods.forcedResets", floods.forcedResets());
    add(lines, section + "floods.quickResets", floods.quickResets());
    add(lines, section + "floods.newStreams", floods.newStreams());
  }

  private static void addTunnel(TunnelConfig tunnel, List<ConfigLine> lines) {
    add(lines, "tunnel.listen", text(tunnel.listen()));
    @Nullable TlsConfig tls = tunnel.tls();
    if (tls == null) {
      add(lines, "tunnel.insecure", tunnel.insecure());
    } else {
      addTls("tunnel.tls", tls, lines);
    }
    addConnections("tunnel.", tunnel.connections(), lines);
    add(lines, "tunnel.heartbeat", text(tunnel.heartbeat()));
    add(lines, "tunnel.deadAfter", text(tunnel.deadAfter()));
    add(lines, "tunnel.maxCallsPerAgent", tunnel.maxCallsPerAgent());
    add(lines, "tunnel.initialWindow", tunnel.initialWindowBytes() + " B");
    add(lines, "tunnel.callWindow", tunnel.callWindowBytes() + " B");
    add(lines, "tunnel.tunnelBudget", tunnel.tunnelBudgetBytes() + " B");
    add(lines, "tunnel.renewAfter", text(tunnel.renewAfter()));
    add(lines, "tunnel.awaitAgents", text(tunnel.awaitAgents()));
  }

  private static void addTls(String key, TlsConfig tls, List<ConfigLine> lines) {
    add(lines, key + ".cert", tls.cert());
    add(lines, key + ".key", "file " + tls.key());
    if (tls.clientCa() != null) {
      add(lines, key + ".clientCa", tls.clientCa());
      add(lines, key + ".clients", lower(tls.clients()));
    }
  }

  private static void add(List<ConfigLine> lines, String key, Object value) {
    lines.add(new ConfigLine(key, value.toString()));
  }

  private static String place(SecretRef secret) {
    if (secret instanceof SecretRef.FromFile file) {
      return "file " + file.path();
    }
    return secret instanceof SecretRef.FromEnvironment environment
        ? "environment " + environment.variable()
        : "set";
  }

  private static String text(List<HostPort> addresses) {
    return addresses.stream().map(HostPort::toString).collect(Collectors.joining(", "));
  }

  private static String text(Duration duration) {
    return duration.toMillisPart() == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
