package dev.adit.conformance.security.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.peer.StreamEvent;
import dev.adit.conformance.tools.Tool;
import dev.adit.demo.process.ChildCommand;
import dev.adit.demo.process.ChildProcess;
import dev.adit.demo.process.Children;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent as users run it, under strace, that dials servers which mean no good: it connects to
 * nothing and opens nothing because of what they say, gives malformed requests to nobody, and stays
 * up.
 */
@Timeout(180)
final class HostileServerIT {
  private static final Duration START = Duration.ofSeconds(60);

  /** Each script waits for up to 20 s by itself, and all of them share two cores with strace. */
  private static final Duration ACTS = Duration.ofSeconds(90);

  private static final int NOBODY = 65534;
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin/java").toString();

  private static final Duration SOME_TIME = Duration.ofSeconds(4);

  /** In that time: more than pauses and the search for other loops allow, fewer than without. */
  private static final int MANY_DIALS = 90;

  private static final int FEW_DIALS = 4;

  @TempDir Path temporary;

  private final List<HostileServer> ending = new ArrayList<>();
  private final List<HostileServer> asking = new ArrayList<>();
  private final List<HostileServer> others = new ArrayList<>();
  private final List<List<Field>> heads = new CopyOnWriteArrayList<>();
  private final Children children = new Children(Duration.ofSeconds(10));

  @AfterEach
  void stop() {
    children.started().forEach(HostileServerIT::terminate);
    children.close();
    all().forEach(HostileServer::close);
  }

  /** Of strace and what it traces: the program ends, and strace with it. */
  private static void terminate(ChildProcess child) {
    ProcessHandle.of(child.pid())
        .ifPresent(traced -> traced.descendants().forEach(ProcessHandle::destroy));
  }

  private List<HostileServer> all() {
    List<HostileServer> all = new ArrayList<>(ending);
    all.addAll(asking);
    all.addAll(others);
    return all;
  }

  private void serve(RawStream stream) throws IOException {
    heads.add(stream.nextHead());
    StreamEvent event = stream.next();
    while (!event.last()) {
      event = stream.next();
    }
    stream.head(Field.list(":status", "200", "content-type", "application/grpc"), false);
    stream.data(new byte[5], false);
    stream.head(Field.list("grpc-status", "0"), true);
  }

  @Test
  void hostileServersReachNothingThroughAnAgent() throws Exception {
    Strace strace = Strace.into(temporary);
    CountDownLatch again = new CountDownLatch(1);
    try (RawBackend backend = RawBackend.start(this::serve);
        ServerSocket neighbour = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      HostileActs.start(HostileActs.thatEndTunnels(), ending);
      HostileServer configuration =
          new HostileServer(
              "configuration", HostileActs.configuration(documents(backend, neighbour)));
      others.add(configuration);
      HostileServer calls =
          new HostileServer("calls", HostileActs.heads(HostileActs.malformedHeads(), again));
      others.add(calls);

      writeFiles(backend);
      List<String> program =
          List.of(JAVA, "-XX:+UseSerialGC", "-Xmx192m", "-jar", System.getProperty("agent.jar"));
      ChildProcess agent = startAgent(strace.before(program));
      Eventually.holds("each act was played", ACTS, () -> unplayed().isEmpty());
      again.countDown();
      Eventually.holds("calls go through to the end", ACTS, () -> calls.played() >= 2);
      assertEquals(List.of(), failures());
      agent.checkAlive();
      terminate(agent);
      agent.awaitEnd(START);

      assertEquals(2 * calls.played(), heads.size(), "a malformed request reached the backend");
      heads.forEach(head -> assertEquals("http", Field.value(head, ":scheme")));
      assertReached(strace, backend);
      assertLogIsOurs(agent.log());
    }
  }

  private List<Throwable> failures() {
    return all().stream().flatMap(server -> server.failures().stream()).toList();
  }

  private List<String> unplayed() {
    if (!failures().isEmpty()) {
      throw new AssertionError(failures().toString(), failures().get(0));
    }
    List<String> left = new ArrayList<>();
    ending.stream()
        .filter(server -> server.played() == 0 || server.tunnelsAfterAnEnd() == 0)
        .forEach(server -> left.add(server.name()));
    if (others.get(0).played() == 0 || heads.isEmpty()) {
      left.add("configuration or calls");
    }
    return left;
  }

  /** Documents for a group, none of which may be served. */
  private List<String> documents(RawBackend backend, ServerSocket neighbour) throws IOException {
    String allowed = backend.hostAndPort();
    Path secret = Files.createDirectories(temporary.resolve("canary")).resolve("ca.crt");
    Files.writeString(secret, "a file of the agent's host");
    List<String> documents = new ArrayList<>();
    for (String address :
        List.of(
            "169.254.169.254:80",
            "[fd00:ec2::254]:80",
            "127.0.0.1:" + neighbour.getLocalPort(),
            "localhost:" + backend.address().getPort(),
            "127.1:" + backend.address().getPort(),
            "0.0.0.0:" + backend.address().getPort(),
            "metadata.google.internal:80",
            "file:" + secret,
            "unix:" + secret,
            "unix:///var/run/docker.sock",
            allowed + "@169.254.169.254:80",
            allowed + "\\0")) {
      documents.add(document("backends: [\"" + address + "\"]"));
      documents.add(document("backends: [\"" + allowed + "\", \"" + address + "\"]"));
    }
    String one = "backends: [\"" + allowed + "\"], tls: ";
    documents.add(document(one + "{ca: " + secret + "}"));
    documents.add(document(one + "{ca: ../../../../../../../.." + secret + "}"));
    documents.add(document(one + "{cert: " + secret + ", key: " + secret + "}"));
    documents.add("version: 1\nupstreams: !!javax.script.ScriptEngineManager []\n");
    documents.add("version: 1\nupstreams: *a\n");
    documents.add("version: 1\ninclude: " + secret + "\n");
    documents.add("[".repeat(100_000));
    return documents;
  }

  private static String document(String upstream) {
    return "version: 1\nupstreams: [{name: web, " + upstream + "}]\n";
  }

  /** Without strace, which would be a pause of its own. */
  @Test
  void serverThatEndsEachTunnelIsNotDialledWithoutAPause() throws Exception {
    try (RawBackend backend = RawBackend.start(this::serve)) {
      HostileActs.start(HostileActs.thatAskForDials(), asking);
      writeFiles(backend);
      ChildProcess agent =
          startAgent(List.of(JAVA, "-Xmx128m", "-jar", System.getProperty("agent.jar")));
      Eventually.holds(
          "each was met", ACTS, () -> asking.stream().allMatch(server -> server.played() > 0));
      Eventually.pass(SOME_TIME);
      for (HostileServer server : asking) {
        // Who is superseded keeps away for a minute.
        int most = server.name().equals("superseded") ? FEW_DIALS : MANY_DIALS;
        assertTrue(server.tunnels() <= most, server.name() + " got " + server.tunnels() + " dials");
      }
      assertEquals(List.of(), failures());
      agent.checkAlive();
      assertLogIsOurs(agent.log());
    }
  }

  /**
   * As nobody, without a capability, able to gain none, and with no file that it could write: it
   * carries calls all the same.
   */
  @Test
  void agentNeedsNoPrivilege() throws Exception {
    Tool.need(Integer.valueOf(0).equals(Files.getAttribute(temporary, "unix:uid")), "root");
    List<String> drop =
        List.of(
            "setpriv",
            "--reuid=" + NOBODY,
            "--regid=" + NOBODY,
            "--clear-groups",
            "--no-new-privs",
            "--inh-caps=-all",
            "--bounding-set=-all");
    boolean works =
        Tool.run(temporary, 10, words(drop, List.of("true")))
            .map(run -> run.exitCode() == 0)
            .orElse(false);
    Tool.need(works, "setpriv that may drop everything");
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    Path jar = temporary.resolve("agent.jar");
    Files.copy(Path.of(System.getProperty("agent.jar")), jar);
    try (RawBackend backend = RawBackend.start(this::serve)) {
      others.add(new HostileServer("honest", HostileActs::welcomeAndCall));
      writeFiles(backend);
      Path token = temporary.resolve("agent.token");
      Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("r--------"));
      Files.setAttribute(token, "unix:uid", NOBODY);
      List<String> unable =
          List.of(JAVA, "-XX:-UsePerfData", "-Djava.io.tmpdir=/proc", "-jar", jar.toString());
      ChildProcess agent = startAgent(words(drop, unable));
      Eventually.holds("a call went through it", ACTS, () -> others.get(0).played() > 0);
      assertEquals(List.of(), failures());
      String status = Files.readString(Path.of("/proc/" + agent.pid() + "/status"));
      for (String line :
          List.of(
              "Uid:\t" + NOBODY + "\t" + NOBODY + "\t" + NOBODY + "\t" + NOBODY,
              "CapEff:\t0000000000000000",
              "CapPrm:\t0000000000000000",
              "CapBnd:\t0000000000000000",
              "NoNewPrivs:\t1")) {
        assertTrue(status.contains(line), status);
      }
      agent.terminate();
      assertEquals(0, agent.awaitEnd(START));
    }
  }

  private static List<String> words(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private void writeFiles(RawBackend backend) throws IOException {
    Files.writeString(temporary.resolve("agent.token"), "a-token-for-hostile-servers");
    String servers =
        all().stream()
            .map(server -> "\"127.0.0.1:" + server.port() + "\"")
            .collect(Collectors.joining(", "));
    Files.writeString(
        temporary.resolve("agent.yaml"),
        """
        version: 1
        id: victim
        groups: [shop]
        servers: [%s]
        insecure: true
        token: {file: agent.token}
        admin: off
        configSync: accept
        drain: {grace: 1s}
        upstreams: [{name: own, backends: ["%s"]}]
        """
            .formatted(servers, backend.hostAndPort()));
  }

  /** Starts an agent with the files; returns once it has a tunnel. */
  private ChildProcess startAgent(List<String> program) throws Exception {
    List<String> run = List.of("run", "-c", temporary.resolve("agent.yaml").toString());
    ChildProcess agent =
        children.start(new ChildCommand("agent", words(program, run), temporary, Map.of()));
    agent.awaitReady(START);
    return agent;
  }

  /** Only the servers and backends of the agent's own file, and no file that a server named. */
  private void assertReached(Strace strace, RawBackend backend) throws IOException {
    Set<String> own =
        all().stream()
            .map(server -> "127.0.0.1:" + server.port())
            .collect(Collectors.toCollection(TreeSet::new));
    own.add(backend.hostAndPort());
    assertEquals(own, strace.connected());
    for (String connect : strace.connectedOtherwise()) {
      // The C library asks the name service's cache who it runs as, where there is one.
      assertTrue(connect.contains("/nscd/socket"), connect);
    }
    for (String file : strace.opened()) {
      assertFalse(file.contains("canary") || file.contains("docker.sock"), file);
    }
    assertTrue(strace.opened().stream().anyMatch(file -> file.endsWith("agent.token")));
    for (String program : strace.started()) {
      assertTrue(program.endsWith("/java"), program);
    }
  }

  /** Begun by others, with what a terminal obeys, or the trace of a fault of ours. */
  private static boolean isStrange(String line) {
    return line.startsWith(HostileActs.FORGED)
        || line.startsWith("\tat ")
        || !line.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 0x7f));
  }

  private static void assertLogIsOurs(Path log) throws IOException {
    String text = Files.readString(log, StandardCharsets.ISO_8859_1);
    assertEquals(List.of(), text.lines().filter(HostileServerIT::isStrange).toList());
    assertFalse(text.contains("a-token-for-hostile-servers"), "the token is in the log");
  }
}
