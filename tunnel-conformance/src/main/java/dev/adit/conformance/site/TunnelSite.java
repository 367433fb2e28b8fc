package dev.adit.conformance.site;

import dev.adit.demo.process.ChildCommand;
import dev.adit.demo.process.ChildException;
import dev.adit.demo.process.ChildProcess;
import dev.adit.demo.process.Children;
import dev.adit.demo.process.ReadyLine;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A running server and its agents, each a process of its own, with their files in a temporary
 * directory. Closing it leaves neither behind.
 */
public final class TunnelSite implements AutoCloseable {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration STOP_GRACE = Duration.ofSeconds(5);

  // deps
  private final SitePlan plan;
  private final SiteFiles files;
  private final Children children = new Children(STOP_GRACE);

  // state
  private final Map<String, ChildProcess> processes = new LinkedHashMap<>();
  private ReadyLine ready = new ReadyLine(Map.of());

  private TunnelSite(SitePlan plan, SiteFiles files) {
    this.plan = plan;
    this.files = files;
  }

  /** Starts everything; returns once every agent is connected. */
  public static TunnelSite start(SitePlan plan)
      throws IOException, ChildException, InterruptedException {
    TunnelSite site = new TunnelSite(plan, SiteFiles.create());
    try {
      site.start();
      return site;
    } catch (IOException | ChildException | InterruptedException | RuntimeException e) {
      site.close();
      throw e;
    }
  }

  private void start() throws IOException, ChildException, InterruptedException {
    files.writeServer(plan);
    ChildProcess server = children.start(product("server", "server.jar"));
    processes.put("server", server);
    ready = server.awaitReady(READY_TIMEOUT);
    List<ChildProcess> agents = new ArrayList<>();
    for (AgentPlan agent : plan.agents()) {
      files.writeAgent(agent, ready.field("tunnel"));
      agents.add(startAgent(agent.id()));
    }
    for (ChildProcess agent : agents) {
      agent.awaitReady(READY_TIMEOUT);
    }
  }

  /** Starts an agent, for the first time or anew. */
  private ChildProcess startAgent(String id) throws IOException {
    ChildProcess agent = children.start(product(id, "agent.jar"));
    processes.put(id, agent);
    return agent;
  }

  private ChildCommand product(String name, String jarProperty) {
    String role = name.equals("server") ? "server" : "agent";
    Path config = role.equals("server") ? files.serverConfig() : files.agentConfig(name);
    List<String> words = new ArrayList<>(plan.jvmOptions());
    Optional<TunnelSizes> sizes = plan.sizes();
    if (sizes.isEmpty()) {
      words.addAll(List.of("-jar", jar(jarProperty), "run", "-c", config.toString()));
    } else {
      String classPath =
          String.join(
              File.pathSeparator, jar("conformance.jar"), jar("server.jar"), jar("agent.jar"));
      words.addAll(
          List.of(
              "--add-opens=java.base/java.nio=ALL-UNNAMED",
              "-cp",
              classPath,
              TunnelUnderTest.class.getName(),
              role,
              config.toString(),
              Integer.toString(sizes.get().chunkBytes()),
              Integer.toString(sizes.get().messageBytes()),
              Integer.toString(sizes.get().windowBytes())));
    }
    return ChildCommand.java(name, files.root().resolve(name), words);
  }

  private static String jar(String property) {
    String path = System.getProperty(property);
    if (path == null || !Files.isRegularFile(Path.of(path))) {
      throw new IllegalStateException(
          "system property " + property + " names no file: " + path + "; run through mvn verify");
    }
    return path;
  }

  /** Where callers dial, {@code HOST:PORT}. */
  public String entry() {
    return ready.field("entry");
  }

  /** Where operators ask, {@code HOST:PORT}. */
  public String admin() {
    return ready.field("admin");
  }

  /** Every process under its name: {@code server}, and each agent by its id. */
  public Map<String, ChildProcess> processes() {
    return Map.copyOf(processes);
  }

  /** The program {@code command} in this site's directory; it ends no later than the site. */
  public ChildProcess start(ChildCommand command) throws IOException {
    return children.start(command);
  }

  /** Where the site's files are. */
  public Path directory() {
    return files.root();
  }

  /** Throws if a process has ended that should run. */
  public void checkAlive() throws ChildException {
    for (ChildProcess process : processes.values()) {
      process.checkAlive();
    }
  }

  @Override
  public void close() {
    children.close();
    files.delete();
  }
}
