package dev.adit.server.app;

import dev.adit.core.admin.AdminAction;
import dev.adit.core.admin.AdminPage;
import dev.adit.core.admin.AdminSite;
import dev.adit.server.admin.list.AgentPage;
import dev.adit.server.admin.list.CallPages;
import dev.adit.server.admin.live.LiveFeed;
import dev.adit.server.admin.live.LiveSources;
import dev.adit.server.admin.page.ConfigPage;
import dev.adit.server.admin.page.PageFiles;
import dev.adit.server.config.ServerConfig;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The web page of the admin port and what it asks for. Any thread. */
final class WebPage implements AutoCloseable {
  private final Map<String, Supplier<AdminPage>> files = PageFiles.pages();
  private final LiveFeed feed;
  private final CallPages calls;
  private final AgentPage agents;
  private final ConfigPage config;

  WebPage(ServerConfig config, String version, Instant since, OperatorPort.Seen seen) {
    LiveSources sources =
        new LiveSources(
            version,
            since,
            seen.drain()::inProgress,
            seen.calls()::running,
            seen.calls()::total,
            () -> seen.entry().connectionCount(),
            seen.memory()::usedShare,
            seen.running(),
            seen.metrics().calls(),
            seen.registry(),
            seen.router(),
            seen.rules()::status,
            seen.warnings()::lines);
    feed = new LiveFeed(sources);
    calls = new CallPages(seen.running(), seen.calls()::running, feed.thread());
    agents = new AgentPage(seen.registry(), seen.running(), feed.thread());
    this.config = new ConfigPage(config, Clock.systemUTC());
  }

  /** Begins to look at the server. */
  void start() {
    feed.start();
  }

  /** The page, and what else the port shows and does. */
  AdminSite on(Map<String, Supplier<AdminPage>> pages, Map<String, AdminAction> actions) {
    Map<String, Supplier<AdminPage>> allPages = new LinkedHashMap<>(pages);
    allPages.putAll(files);
    allPages.put("/config", config::page);
    Map<String, AdminAction> allActions = new LinkedHashMap<>(actions);
    allActions.putAll(calls.actions());
    allActions.put("/agents", agents::find);
    return new AdminSite(allPages, Map.of(), allActions, Map.of("/live", feed), files.keySet());
  }

  @Override
  public void close() {
    feed.close();
  }
}
