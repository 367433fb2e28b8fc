package dev.adit.conformance.site;

import dev.adit.agent.app.AgentApp;
import dev.adit.agent.config.AgentConfigReader;
import dev.adit.core.config.ConfigException;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.core.wire.FrameLimits;
import dev.adit.server.app.ServerApp;
import dev.adit.server.config.ServerConfigReader;
import dev.adit.server.registry.AgentSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A running server and its agents in this process, so that their tables can be looked at. */
public final class LocalSite implements AutoCloseable {
  private static final String VERSION = "under-test";
  private static final int MOST_TUNNELS = 16;

  // deps
  private final SitePlan plan;
  private final SiteFiles files;
  private final ServerApp server;

  // state
  private final Map<String, AgentApp> agents = new LinkedHashMap<>();

  private LocalSite(SitePlan plan, SiteFiles files) throws IOException, ConfigException {
    this.plan = plan;
    this.files = files;
    files.writeServers(plan);
    server =
        ServerApp.start(
            ServerConfigReader.read(files.config("server")), frames(), VERSION, System.out);
  }

  private FrameLimits frames() {
    return plan.sizes()
        .map(sizes -> new FrameLimits(sizes.chunkBytes(), sizes.messageBytes()))
        .orElse(FrameLimits.DEFAULT);
  }

  /** Starts everything; returns once every agent can be given calls. */
  public static LocalSite start(SitePlan plan)
      throws IOException, ConfigException, InterruptedException {
    LocalSite site = startServer(plan);
    try {
      for (AgentPlan agent : plan.agents()) {
        site.startAgent(agent);
      }
      return site;
    } catch (IOException | ConfigException | InterruptedException | RuntimeException e) {
      site.close();
      throw e;
    }
  }

  /** Starts the server and none of its agents. */
  public static LocalSite startServer(SitePlan plan) throws IOException, ConfigException {
    return new LocalSite(plan, SiteFiles.create());
  }

  /** Starts an agent more; returns once it is connected. */
  public AgentApp startAgent(AgentPlan agent)
      throws IOException, ConfigException, InterruptedException {
    InetSocketAddress tunnel = server.tunnelAddress();
    files.writeAgent(agent, List.of("127.0.0.1:" + tunnel.getPort()));
    AgentApp app =
        AgentApp.start(
            AgentConfigReader.read(files.config(agent.id()), Map.of()),
            frames(),
            plan.sizes().map(TunnelSizes::windows).orElse(WindowSizes.DEFAULT),
            VERSION);
    agents.put(agent.id(), app);
    app.awaitFirstTunnel();
    return app;
  }

  /**
   * Whether each agent has a tunnel on each of the server's loops. Until then a tunnel to a loop
   * that has one already goes again, and no call stays on it.
   */
  public boolean hasAllTunnels() {
    int loops = Math.min(MOST_TUNNELS, Runtime.getRuntime().availableProcessors());
    List<AgentSession> sessions = server.registry().snapshot().sessions();
    return sessions.size() == agents.size()
        && sessions.stream().allMatch(session -> hasAllTunnels(session, loops));
  }

  private static boolean hasAllTunnels(AgentSession session, int loops) {
    TunnelStream[] tunnels = session.tunnels();
    return tunnels.length == Math.max(2, loops)
        && Arrays.stream(tunnels).map(TunnelStream::loop).distinct().count() == loops;
  }

  /** Keeps every loop of the server that has a tunnel from all else, until a latch is at zero. */
  public void occupyLoops(CountDownLatch until) {
    server.registry().snapshot().sessions().stream()
        .flatMap(session -> Arrays.stream(session.tunnels()))
        .map(TunnelStream::loop)
        .distinct()
        .forEach(loop -> loop.execute(() -> await(until)));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends an agent at once, without a word. */
  public void stopAgent(String id) {
    agent(id).close();
    agents.remove(id);
  }

  /** Where callers dial. */
  public InetSocketAddress entry() {
    return new InetSocketAddress(
        InetAddress.getLoopbackAddress(), ((InetSocketAddress) server.entryAddress()).getPort());
  }

  /** Where operators ask, {@code HOST:PORT}. */
  public String admin() {
    return "127.0.0.1:" + server.adminAddress().getPort();
  }

  public ServerApp server() {
    return server;
  }

  /** Writes other rules and puts them in force; returns once they are read. */
  public void replaceRules(String rules) throws IOException {
    Files.writeString(files.root().resolve("server/rules/rules.yaml"), rules);
    server.reloadRules().join();
  }

  /** The file that says which agents may connect; a change is followed. */
  public Path agentsFile() {
    return files.root().resolve("server/agents.yaml");
  }

  /** A running agent by its id. */
  public AgentApp agent(String id) {
    AgentApp agent = agents.get(id);
    if (agent == null) {
      throw new IllegalArgumentException("no agent " + id);
    }
    return agent;
  }

  /** What is left of calls in the tables of both ends, in words; empty if nothing is. */
  public String leftovers() {
    StringBuilder left = new StringBuilder();
    note(left, "calls at the entry", server.calls().running());
    note(left, "bytes kept by the server", server.keptBytes());
    for (AgentSession session : server.registry().snapshot().sessions()) {
      note(left, "calls of session " + session.id(), session.calls());
    }
    agents.forEach((id, agent) -> note(left, "calls at agent " + id, agent.running()));
    return left.toString();
  }

  private static void note(StringBuilder left, String what, long count) {
    if (count != 0) {
      left.append(count).append(' ').append(what).append("; ");
    }
  }

  @Override
  public void close() {
    agents.values().forEach(AgentApp::close);
    server.close();
    files.delete();
  }
}
