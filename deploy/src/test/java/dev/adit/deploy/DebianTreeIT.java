package dev.adit.deploy;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.token.Token;
import dev.adit.deploy.program.Program;
import dev.adit.deploy.program.UnpackedArchive;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * The packages through their lives in a real Debian with nothing but a Java: {@code mvn verify
 * -Pdebian}. One tree and one order, as it is with a machine. {@code -Ddeploy.tree=DIR} keeps the
 * bare tree there for the next run.
 */
@Tag("debian")
@Timeout(900)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DebianTreeIT {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final String BARE = System.getProperty("deploy.tree", "");
  private static final List<String> PROGRAMS = List.of("tunnel-server", "tunnel-agent");

  private static Path tree = Path.of("");
  private static long installed;

  @BeforeAll
  @Timeout(900)
  static void makeTree() throws Exception {
    Program.need("0".equals(Program.run("id", "-u").output().strip()), "right of root for us");
    for (String tool : List.of("debootstrap", "chroot", "unshare", "dpkg-deb")) {
      Program.need(tool);
    }
    Path work = Files.createDirectories(UnpackedArchive.SOURCES.resolve("target/debian-tree"));
    tree = work.resolve("tree");
    Program.run(120, Map.of(), "rm", "-rf", "--one-file-system", tree.toString());
    Path bare = BARE.isEmpty() ? tree : Path.of(BARE);
    if (!Files.exists(bare.resolve("usr/bin/java"), LinkOption.NOFOLLOW_LINKS)) {
      good(
          600,
          "debootstrap",
          "--variant=minbase",
          "--include=adduser,openjdk-17-jre-headless",
          "bookworm",
          bare.toString());
    }
    if (!bare.equals(tree)) {
      good(120, "cp", "-a", bare.toString(), tree.toString());
    }
    for (String program : PROGRAMS) {
      Files.copy(PackagesIT.deb(program), tree.resolve("root/" + program + ".deb"));
    }
  }

  @AfterAll
  @Timeout(120)
  static void removeTree() throws Exception {
    if (tree.endsWith("debian-tree/tree")) {
      Program.run(120, Map.of(), "rm", "-rf", "--one-file-system", tree.toString());
    }
  }

  private static String good(int seconds, String... words) throws Exception {
    Program.Run run = Program.run(seconds, Map.of("DEBIAN_FRONTEND", "noninteractive"), words);
    assertEquals(0, run.exitCode(), List.of(words) + "\n" + run.output());
    return run.output();
  }

  /** In the tree, as root, with processes and devices of its own. */
  private static String[] inTree(String script) {
    return new String[] {
      "unshare",
      "--mount",
      "--pid",
      "--fork",
      "--kill-child",
      "sh",
      "-c",
      "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" /bin/sh -ec \"$1\"",
      tree.toString(),
      script
    };
  }

  private static String root(String script) throws Exception {
    return good(120, inTree("export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin; " + script));
  }

  private static Path in(String path) {
    return tree.resolve(path.substring(1));
  }

  @Test
  @Order(1)
  void installsWithAUserOfItsOwnAndStartsNothing() throws Exception {
    installed = System.nanoTime();
    // apt, not dpkg, so that the dependencies are looked at; all of them are there.
    String said = root("apt-get install -y /root/tunnel-server.deb /root/tunnel-agent.deb");
    for (String program : PROGRAMS) {
      assertTrue(said.contains(program + ": edit /etc/" + program + "/"), said);
      String user = root("getent passwd " + program);
      assertTrue(user.contains(":/nonexistent:/usr/sbin/nologin"), user);
      assertTrue(
          Files.isSymbolicLink(
              in("/etc/systemd/system/multi-user.target.wants/" + program + ".service")));
      Program.Run edited = Program.run(60, Map.of(), inTree("/usr/share/" + program + "/edited"));
      assertEquals(1, edited.exitCode());
      assertTrue(edited.line().startsWith("not started: edit /etc/" + program), edited.output());
      assertEquals(
          "root:" + program + " 750\n", root("stat -c '%U:%G %a' /etc/" + program + "/tls"));
      assertEquals("root:root 700\n", root("stat -c '%U:%G %a' /etc/" + program + "/secrets"));
      assertTrue(root(program + " version").startsWith(program + " "));
      assertTrue(classes(program).matches("\\S+-17\\.\\S+\\.jsa\n"), classes(program));
    }
    // What a new Java in its directory sets off.
    root("rm -r /usr/share/tunnel-agent/cds; dpkg-trigger --no-await /usr/lib/jvm");
    root("dpkg --triggers-only --pending");
    assertTrue(classes("tunnel-agent").endsWith(".jsa\n"));
  }

  private static String classes(String program) throws Exception {
    return root("ls /usr/share/" + program + "/cds/");
  }

  /** The commands of docs/tutorial.md up to the first call, as a user of no rights types them. */
  @Test
  @Order(2)
  void tutorialLeadsToACall() throws Exception {
    Program.need("curl");
    Files.writeString(in("/etc/hosts"), "127.0.0.1 localhost\n");
    root("install -d -o nobody /home/try");
    List<String> ports = List.of(freePort(), freePort(), freePort());
    String tutorial = Files.readString(UnpackedArchive.SOURCES.resolve("../docs/tutorial.md"));
    List<Process> running = new ArrayList<>();
    try {
      String sample = "tunnel-sample --system user --port 50051";
      String init =
          "tunnel-server init adit --host localhost --agent agent-1 --group shop"
              + " --backend 127.0.0.1:50051";
      String server = "tunnel-server run -c adit/server.yaml";
      String agent = "tunnel-agent run -c adit/agent.yaml";
      for (String line : List.of(sample, init, server, agent)) {
        assertTrue(tutorial.contains("\n" + line + "\n"), line);
      }
      running.add(tried("sample", sample.replace("50051", ports.get(0))));
      Process made = tried("init", init.replace("50051", ports.get(0)));
      assertTrue(made.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS));
      assertEquals(0, made.exitValue(), Program.text(log("init")));
      running.add(
          tried(
              "server",
              "env TUNNEL_ENTRY_LISTEN=127.0.0.1:%s TUNNEL_TUNNEL_LISTEN=127.0.0.1:%s TUNNEL_ADMIN_LISTEN=127.0.0.1:0 %s"
                  .formatted(ports.get(1), ports.get(2), server)));
      running.add(
          tried(
              "agent",
              "env TUNNEL_SERVERS=localhost:%s TUNNEL_ADMIN=off %s"
                  .formatted(ports.get(2), agent)));
      Path message = Files.write(tree.resolveSibling("empty"), new byte[5]);
      String answer =
          good(
              60,
              "curl",
              "-s",
              "-i",
              "--cacert",
              in("/home/try/adit/tls/ca.crt").toString(),
              "-H",
              "content-type: application/grpc",
              "-H",
              "te: trailers",
              "--data-binary",
              "@" + message,
              "--output",
              "-",
              "https://localhost:" + ports.get(1) + "/grpc.health.v1.Health/Check");
      assertTrue(answer.contains("x-backend: user\r\n"), answer);
      assertTrue(answer.contains("grpc-status: 0\r\n"), answer);
      System.out.printf(
          "DebianTreeIT: %d s from the packages to the first call%n",
          (System.nanoTime() - installed) / 1_000_000_000);
    } finally {
      running.forEach(Process::destroy);
      for (Process each : running) {
        if (!each.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
          each.destroyForcibly();
        }
      }
    }
    root("rm -r /home/try");
  }

  /**
   * Runs a line as nobody in a directory of its own; waits until it is ready or has ended. The
   * process is the program itself, so that it ends when it is told to.
   */
  private static Process tried(String name, String line) throws IOException {
    Process process =
        Program.start(
            log(name),
            Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin:/usr/share/tunnel-server/bin"),
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" /usr/bin/env -C /home/try"
                + " /usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups "
                + line,
            tree.toString());
    await()
        .atMost(BOUND)
        .until(() -> !process.isAlive() || Program.text(log(name)).contains("ready "));
    return process;
  }

  private static String freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Integer.toString(socket.getLocalPort());
    }
  }

  @Test
  @Order(3)
  void editedItRunsAsItsUserAndReloads() throws Exception {
    Token token = Token.newToken();
    Path etc = in("/etc/tunnel-server");
    Files.writeString(
        etc.resolve("server.yaml"),
        """
        version: 1
        entry: {listen: 127.0.0.1:18002}
        tunnel: {listen: 127.0.0.1:18003, insecure: true}
        admin: {listen: 127.0.0.1:0}
        rules: rules/
        agents: agents.yaml
        """);
    Files.writeString(
        etc.resolve("agents.yaml"),
        "version: 1\nagents:\n- {id: a, groups: [g], tokens: [{sha256: "
            + token.hash().hex()
            + "}]}\n");
    Files.writeString(in("/etc/tunnel-agent/secrets/agent.token"), token.secret());
    Files.writeString(
        in("/etc/tunnel-agent/agent.yaml"),
        """
        version: 1
        id: a
        groups: [g]
        servers: [127.0.0.1:18003]
        insecure: true
        token: {file: /run/credentials/tunnel-agent.service/secrets_agent.token}
        upstreams: [{name: u, backends: [127.0.0.1:1]}]
        admin: off
        """);
    for (String program : PROGRAMS) {
      root("/usr/share/" + program + "/edited");
    }
    root(
        "setpriv --reuid=tunnel-server --regid=tunnel-server --clear-groups"
            + " tunnel-server check -c /etc/tunnel-server/server.yaml");
    // What systemd does with LoadCredential.
    root(
        "install -d -m 500 -o tunnel-agent /run/credentials/tunnel-agent.service;"
            + " install -m 400 -o tunnel-agent /etc/tunnel-agent/secrets/agent.token"
            + " /run/credentials/tunnel-agent.service/secrets_agent.token");
    List<Process> running = new ArrayList<>();
    try {
      running.add(service("tunnel-server", "server.yaml", "ready entry=127.0.0.1:18002"));
      running.add(service("tunnel-agent", "agent.yaml", "ready agent=a servers=1/1"));
      Files.writeString(etc.resolve("rules/own.yaml"), "version: 1\nrules: [{name: r, to: g}]\n");
      signal(running.get(0), "HUP");
      await()
          .atMost(BOUND)
          .until(() -> Program.text(log("tunnel-server")).contains(": 1 rule in 2 files"));
      for (Process each : running) {
        signal(each, "TERM");
        assertTrue(each.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS));
        assertEquals(0, each.exitValue());
      }
    } finally {
      running.forEach(Process::destroyForcibly);
    }
  }

  private static Path log(String program) {
    return tree.resolveSibling(program + ".log");
  }

  /** As the unit starts it: the user, and the command line. */
  private static Process service(String program, String config, String ready) throws IOException {
    String unit = Files.readString(in("/usr/lib/systemd/system/" + program + ".service"));
    String command = program + " run -c /etc/" + program + "/" + config;
    assertTrue(unit.contains("\nExecStart=" + command + "\n"), unit);
    assertTrue(unit.contains("\nUser=" + program + "\n"), unit);
    Process process =
        Program.start(
            log(program),
            Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" /usr/bin/setpriv --reuid="
                + program
                + " --regid="
                + program
                + " --clear-groups "
                + command,
            tree.toString());
    await().atMost(BOUND).until(() -> Program.text(log(program)).contains(ready));
    return process;
  }

  private static void signal(Process process, String name) throws Exception {
    good(10, "kill", "-" + name, Long.toString(process.pid()));
  }

  @Test
  @Order(4)
  void upgradeKeepsWhatWasEditedAndRenewsTheRest() throws Exception {
    Path next = tree.resolveSibling("next");
    Program.run("rm", "-rf", next.toString());
    good(60, "dpkg-deb", "-R", PackagesIT.deb("tunnel-server").toString(), next.toString());
    Path control = next.resolve("DEBIAN/control");
    String version = "9.0";
    Files.writeString(
        control, Files.readString(control).replaceFirst("(?m)^Version: .*", "Version: " + version));
    for (String name : List.of("server.yaml", "rules/example.yaml")) {
      Path file = next.resolve("etc/tunnel-server/" + name);
      Files.writeString(file, Files.readString(file) + "# of the new version\n");
    }
    good(60, "dpkg-deb", "-b", next.toString(), in("/root/next.deb").toString());
    String edited = Files.readString(in("/etc/tunnel-server/server.yaml"));
    root("dpkg --force-confdef --force-confold -i /root/next.deb");
    assertEquals(
        "tunnel-server " + version + " ii \n",
        root("dpkg-query -W -f='${Package} ${Version} ${db:Status-Abbrev}\\n' tunnel-server"));
    assertEquals(edited, Files.readString(in("/etc/tunnel-server/server.yaml")));
    assertTrue(
        Files.readString(in("/etc/tunnel-server/rules/example.yaml"))
            .endsWith("# of the new version\n"));
    assertTrue(Files.exists(in("/etc/tunnel-server/server.yaml.dpkg-dist")));
    root("/usr/share/tunnel-server/edited");
    assertEquals("root:tunnel-server 750\n", root("stat -c '%U:%G %a' /etc/tunnel-server/tls"));
    // And back.
    Files.copy(
        PackagesIT.deb("tunnel-server"),
        in("/root/tunnel-server.deb"),
        StandardCopyOption.REPLACE_EXISTING);
    root("dpkg --force-confdef --force-confold -i /root/tunnel-server.deb");
    assertEquals(edited, Files.readString(in("/etc/tunnel-server/server.yaml")));
  }

  @Test
  @Order(5)
  void removedItKeepsItsConfigurationAndPurgedNothing() throws Exception {
    root("dpkg -r tunnel-server tunnel-agent");
    assertTrue(Files.exists(in("/etc/tunnel-server/server.yaml")));
    assertTrue(Files.exists(in("/etc/tunnel-agent/secrets/agent.token")));
    root("dpkg -P tunnel-server tunnel-agent");
    for (String program : PROGRAMS) {
      assertFalse(Files.exists(in("/etc/" + program)), program);
      assertFalse(Files.exists(in("/usr/share/" + program)), program);
      assertEquals(
          "",
          root(
              "find / -xdev -path /proc -prune -o -name '*"
                  + program
                  + "*' -print"
                  + " | grep -v -e '^/root/' -e '^/var/log/' -e '^/run/' || true"));
    }
  }
}
