package dev.adit.demo.site;

import dev.adit.demo.process.ChildCommand;
import dev.adit.demo.process.ChildException;
import dev.adit.demo.process.ChildProcess;
import dev.adit.demo.process.Children;
import dev.adit.demo.process.ReadyLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All processes of the demo and their files. Closing it, from any thread and at any time, leaves
 * neither behind.
 */
public final class DemoSite implements AutoCloseable {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration STOP_GRACE = Duration.ofSeconds(5);
  private static final List<String> SYSTEMS = List.of("user", "order", "engine", "game", "detect");

  /** Eight JVMs share one machine here: start fast and stay small. */
  private static final List<String> JVM_OPTIONS =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx192m");

  // deps
  private final ProductJars jars;
  private final Path root;
  private final SiteFiles files;
  private final Children children = new Children(STOP_GRACE);

  // shared: set once
  private volatile boolean closed;

  private DemoSite(ProductJars jars, Path root) {
    this.jars = jars;
    this.root = root;
    this.files = new SiteFiles(root);
  }

  /** A site of which nothing runs yet, with a new temporary directory. */
  public static DemoSite create(ProductJars jars) throws IOException {
    return new DemoSite(jars, Files.createTempDirectory("adit-demo-"));
  }

  /** What a started site can be asked. */
  public record Running(
      ReadyLine server, Map<String, String> backends, List<ReadyLine> agents, AccessLog accessLog) {
    public Running {
      agents = List.copyOf(agents);
    }

    /** Where callers dial. */
    public String entry() {
      return server.field("entry");
    }
  }

  /** Starts everything; returns once both agents are connected. */
  public Running start() throws IOException, ChildException, InterruptedException {
    files.writeServer();
    ChildProcess server =
        children.start(jar("server", jars.server(), List.of("run", "-c", "server.yaml")));
    Map<String, ChildProcess> started = new LinkedHashMap<>();
    for (String system : SYSTEMS) {
      started.put(system, children.start(backend(system)));
    }
    Map<String, String> backends = new LinkedHashMap<>();
    for (Map.Entry<String, ChildProcess> backend : started.entrySet()) {
      backends.put(backend.getKey(), ready(backend.getValue()).field("addr"));
    }
    ReadyLine serverReady = ready(server);
    files.writeAgents(serverReady.field("tunnel"), backends);
    List<ReadyLine> agents = startAgents();
    AccessLog accessLog = new AccessLog(files.directory("server").resolve(SiteFiles.ACCESS_LOG));
    return new Running(serverReady, backends, agents, accessLog);
  }

  /** Every process that was started, in that order. */
  public List<ChildProcess> processes() {
    return children.started();
  }

  /** Throws if a process has ended that should run. */
  public void checkAlive() throws ChildException {
    children.checkAlive();
  }

  /** Whether the site was closed, so that whatever fails from now on fails for that reason. */
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    children.close();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + root, e);
    }
  }

  private List<ReadyLine> startAgents() throws IOException, ChildException, InterruptedException {
    List<ChildProcess> started = new ArrayList<>();
    for (String id : List.of("site-a", "site-b")) {
      started.add(children.start(jar(id, jars.agent(), List.of("run", "-c", "agent.yaml"))));
    }
    List<ReadyLine> ready = new ArrayList<>();
    for (ChildProcess agent : started) {
      ready.add(ready(agent));
    }
    return ready;
  }

  private static ReadyLine ready(ChildProcess child) throws ChildException, InterruptedException {
    return child.awaitReady(READY_TIMEOUT);
  }

  private ChildCommand jar(String name, Path jar, List<String> arguments) throws IOException {
    List<String> words = new ArrayList<>(JVM_OPTIONS);
    words.addAll(List.of("-jar", jar.toString()));
    words.addAll(arguments);
    return ChildCommand.java(name, files.directory(name), words);
  }

  /** A sample backend; its quiet and its steps are short, for a demo that is soon over. */
  private ChildCommand backend(String system) throws IOException {
    String name = system + "-1";
    List<String> words = new ArrayList<>(JVM_OPTIONS);
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    words.add("dev.adit.demo.backend.DemoBackend");
    words.addAll(List.of("--system", system, "--name", name));
    words.addAll(List.of("--heartbeat", "500ms", "--update-every", "200ms"));
    return ChildCommand.java(name, files.directory(name), words);
  }
}
