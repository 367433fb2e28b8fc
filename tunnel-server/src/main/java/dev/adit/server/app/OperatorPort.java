package dev.adit.server.app;

import dev.adit.core.admin.AdminPage;
import dev.adit.core.admin.AdminServer;
import dev.adit.core.admin.AdminSite;
import dev.adit.core.config.ConfigException;
import dev.adit.core.drain.Drain;
import dev.adit.core.process.EventLoops;
import dev.adit.core.process.MemoryWatch;
import dev.adit.server.admin.RulePages;
import dev.adit.server.admin.ServerStatus;
import dev.adit.server.admin.Warnings;
import dev.adit.server.admin.grpc.AdminGrpc;
import dev.adit.server.admin.grpc.ServingStates;
import dev.adit.server.calls.RunningCalls;
import dev.adit.server.config.AdminConfig;
import dev.adit.server.config.ServerConfig;
import dev.adit.server.entry.EntryServer;
import dev.adit.server.entry.call.CallCounter;
import dev.adit.server.metrics.ServerMetrics;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.routing.Router;
import dev.adit.server.rules.reload.RuleReload;
import dev.adit.server.tunnel.SessionLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What operators may see of a running server, and the port where they see it. Any thread. */
final class OperatorPort implements AutoCloseable {
  private final Instant since = Instant.now();
  private final String serverId;
  private final String version;
  private final Seen seen;
  private final WebPage page;

  // state: once it listens
  private @Nullable OperatorToken followed;

  /** The parts of the server that are looked at. */
  record Seen(
      Drain drain,
      EventLoops loops,
      MemoryWatch memory,
      AgentRegistry registry,
      SessionLog sessions,
      Router router,
      RuleReload rules,
      ServerMetrics metrics,
      CallCounter calls,
      RunningCalls running,
      EntryServer entry,
      ServerTls tls,
      Warnings warnings) {}

  OperatorPort(ServerConfig config, String serverId, String version, Seen seen) {
    this.serverId = serverId;
    this.version = version;
    this.seen = seen;
    page = new WebPage(config, version, since, seen);
  }

  /**
   * Listens; blocks until it does.
   *
   * @throws ConfigException if the token cannot be read
   * @throws IOException if the address cannot be had
   */
  AdminServer listen(AdminConfig config) throws ConfigException, IOException {
    Map<String, Supplier<AdminPage>> pages = new LinkedHashMap<>();
    pages.put("/healthz", () -> AdminPage.text(200, "ok\n"));
    pages.put("/readyz", this::readiness);
    pages.put("/status", () -> AdminPage.json(status()));
    pages.put("/metrics", seen.metrics()::page);
    RulePages rulePages = new RulePages(version, seen.router(), seen.registry(), seen.rules());
    pages.put("/rules", rulePages::rules);
    OperatorToken token = new OperatorToken(config.token());
    followed = token;
    InetSocketAddress address =
        new InetSocketAddress(config.listen().host(), config.listen().port());
    AdminGrpc grpc =
        AdminGrpc.start(token, new ServingStates(seen.drain(), seen.router(), seen.registry()));
    AdminSite site =
        page.on(pages, rulePages.actions()).withProtobuf("/metrics", seen.metrics()::protobuf);
    AdminServer server = AdminServer.start(address, token, site, grpc);
    page.start();
    return server;
  }

  private AdminPage readiness() {
    if (seen.drain().inProgress()) {
      return AdminPage.text(503, "draining\n");
    }
    String detail =
        seen.rules().status().isCurrent()
            ? ""
            : "rules on disk are refused, the last good ones are in force\n";
    return AdminPage.text(200, "ready\n" + detail);
  }

  /** How the server stands. */
  ServerStatus status() {
    CallCounter calls = seen.calls();
    return new ServerStatus(
        seen.drain().inProgress() ? "draining" : "running",
        serverId,
        version,
        since.toString(),
        new ServerStatus.Calls(calls.running(), calls.total(), seen.entry().connectionCount()),
        ServerStatus.Rules.of(seen.rules().status()),
        ServerStatus.groups(seen.registry().snapshot()),
        ServerStatus.agents(seen.registry().snapshot(), seen.loops().all()),
        ServerStatus.draining(seen.sessions().draining()),
        seen.tls().certificates(),
        seen.warnings().lines());
  }

  /** Tells those who look nothing any more. */
  @Override
  public void close() {
    OperatorToken token = followed;
    if (token != null) {
      token.close();
    }
    page.close();
  }
}
