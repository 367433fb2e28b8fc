package dev.adit.conformance.site;

import dev.adit.core.admin.AdminClient;
import dev.adit.core.config.HostPort;
import dev.adit.demo.process.ChildCommand;
import dev.adit.demo.process.ChildException;
import dev.adit.demo.process.ChildProcess;
import dev.adit.demo.process.Children;
import dev.adit.demo.process.ReadyLine;
import dev.adit.server.admin.ServerStatus;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A running server or several and their agents, each a process of its own, with their files in a
 * temporary directory. Closing it leaves neither behind.
 */
public final class TunnelSite implements AutoCloseable {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration MANY_READY_TIMEOUT = Duration.ofSeconds(150);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(15);
  private static final Duration STOP_GRACE = Duration.ofSeconds(5);

  // deps
  private final SitePlan plan;
  private final SiteFiles files;
  private final Children children = new Children(STOP_GRACE);

  // state
  private final Map<String, ChildProcess> processes = new LinkedHashMap<>();
  private final Map<String, ReadyLine> ready = new HashMap<>();

  // shared: tests may ask from several threads
  private final Map<String, AdminClient> admins = new ConcurrentHashMap<>();

  private TunnelSite(SitePlan plan, SiteFiles files) {
    this.plan = plan;
    this.files = files;
  }

  /** Starts everything; returns once every agent is connected. */
  public static TunnelSite start(SitePlan plan)
      throws IOException, ChildException, InterruptedException {
    return start(plan, true);
  }

  /** Starts the servers and none of the agents, which have their files all the same. */
  public static TunnelSite startServers(SitePlan plan)
      throws IOException, ChildException, InterruptedException {
    return start(plan, false);
  }

  private static TunnelSite start(SitePlan plan, boolean withAgents)
      throws IOException, ChildException, InterruptedException {
    TunnelSite site = new TunnelSite(plan, SiteFiles.create());
    try {
      site.startServers();
      if (withAgents) {
        site.startAgents();
      }
      return site;
    } catch (IOException | ChildException | InterruptedException | RuntimeException e) {
      site.close();
      throw e;
    }
  }

  private void startServers() throws IOException, ChildException, InterruptedException {
    files.writeServers(plan);
    for (String server : SiteFiles.serverNames(plan)) {
      startProcess(server);
    }
    List<String> tunnels = new ArrayList<>();
    for (String server : SiteFiles.serverNames(plan)) {
      ReadyLine line = process(server).awaitReady(READY_TIMEOUT);
      ready.put(server, line);
      tunnels.add(line.field("tunnel"));
      files.keepPorts(server, line);
    }
    for (AgentPlan agent : plan.agents()) {
      files.writeAgent(agent, tunnels);
    }
  }

  private void startAgents() throws IOException, ChildException, InterruptedException {
    for (AgentPlan agent : plan.agents()) {
      startProcess(agent.id());
    }
    for (AgentPlan agent : plan.agents()) {
      process(agent.id()).awaitReady(READY_TIMEOUT);
    }
  }

  private void startProcess(String name) throws IOException {
    processes.put(name, children.start(product(name, plan.sizes())));
  }

  /** Starts a server or an agent anew that has ended; returns once it is ready. */
  public void restart(String name) throws IOException, ChildException, InterruptedException {
    startProcess(name);
    process(name).awaitReady(READY_TIMEOUT);
  }

  /** The same as something that speaks another version than the rest of the site. */
  public void restartAs(String name, TunnelSizes other)
      throws IOException, ChildException, InterruptedException {
    processes.put(name, children.start(product(name, Optional.of(other))));
    process(name).awaitReady(READY_TIMEOUT);
  }

  private ChildCommand product(String name, Optional<TunnelSizes> sizes) {
    String role = SiteFiles.role(name);
    Path config = files.config(name);
    List<String> words = new ArrayList<>(plan.jvmOptions());
    if (sizes.isEmpty()) {
      words.addAll(KeptClasses.options(jar(role + ".jar")));
      words.addAll(List.of("-jar", jar(role + ".jar"), "run", "-c", config.toString()));
    } else {
      words.addAll(
          List.of(
              "--add-opens=java.base/java.nio=ALL-UNNAMED",
              "-cp",
              classPath(),
              TunnelUnderTest.class.getName(),
              role,
              config.toString(),
              Integer.toString(sizes.get().chunkBytes()),
              Integer.toString(sizes.get().messageBytes()),
              Integer.toString(sizes.get().windowBytes()),
              Integer.toString(sizes.get().protocolMinor())));
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

  /** Where callers of the first server dial, {@code HOST:PORT}. */
  public String entry() {
    return entry("server");
  }

  /** Where callers of a server dial, {@code HOST:PORT}. */
  public String entry(String server) {
    return listener(server, "entry");
  }

  /** Where agents of the first server dial, {@code HOST:PORT}. */
  public String tunnel() {
    return listener("server", "tunnel");
  }

  /** Where operators of the first server ask, {@code HOST:PORT}. */
  public String admin() {
    return admin("server");
  }

  /** Where operators of a server ask, {@code HOST:PORT}. */
  public String admin(String server) {
    return listener(server, "admin");
  }

  private String listener(String server, String name) {
    return Objects.requireNonNull(ready.get(server), server).field(name);
  }

  /** Where callers of the first server dial. */
  public InetSocketAddress entryAddress() {
    HostPort address = HostPort.parse(entry());
    return new InetSocketAddress(address.host(), address.port());
  }

  /** How the first server stands. */
  public ServerStatus status() throws IOException {
    return status("server");
  }

  /** How a server stands. */
  public ServerStatus status(String server) throws IOException {
    return admins
        .computeIfAbsent(admin(server), address -> new AdminClient(address, null))
        .get("/status", ServerStatus.class);
  }

  /** Sends SIGKILL to a server or an agent; returns once it is gone. */
  public void kill(String name) throws ChildException, InterruptedException {
    process(name).kill();
    process(name).awaitEnd(END_TIMEOUT);
  }

  /** Sends SIGTERM to a server or an agent; returns its exit code. */
  public int terminate(String name) throws ChildException, InterruptedException {
    process(name).terminate();
    return process(name).awaitEnd(END_TIMEOUT);
  }

  /** A server or an agent by its name, as it was started last. */
  public ChildProcess process(String name) {
    return Objects.requireNonNull(processes.get(name), name);
  }

  /** Every process under its name: {@code server}, and each agent by its id. */
  public Map<String, ChildProcess> processes() {
    return Map.copyOf(processes);
  }

  /** Starts all agents of the plan, of one group and with one backend, as one process. */
  public ChildProcess startManyAgents(String idPrefix, String group, String backend)
      throws IOException, ChildException, InterruptedException {
    List<String> words =
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx768m",
            "-cp",
            classPath(),
            ManyAgents.class.getName(),
            files.root().toString(),
            group,
            idPrefix,
            Integer.toString(plan.agents().size()),
            tunnel(),
            backend);
    ChildProcess agents = children.start(ChildCommand.java("many-agents", files.root(), words));
    agents.awaitReady(MANY_READY_TIMEOUT);
    return agents;
  }

  private static String classPath() {
    return String.join(
        File.pathSeparator, jar("conformance.jar"), jar("server.jar"), jar("agent.jar"));
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
