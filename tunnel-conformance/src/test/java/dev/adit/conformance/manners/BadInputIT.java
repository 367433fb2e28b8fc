package dev.adit.conformance.manners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.manners.Command.Result;
import dev.adit.conformance.tools.Tool;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong at a start: one line says what and how to mend it, and the exit code fits. */
@Timeout(60)
final class BadInputIT {
  private static final String SERVER =
      """
      version: 1
      entry: {listen: "127.0.0.1:0"}
      tunnel: {listen: "127.0.0.1:0", insecure: true}
      admin: {listen: "127.0.0.1:0"}
      rules: rules/
      agents: []
      accessLog: off
      """;
  private static final String AGENT =
      """
      version: 1
      id: shop-1
      servers: 127.0.0.1:1
      insecure: true
      token: {file: agent.token}
      admin: off
      upstreams: [{name: u, backends: 127.0.0.1:1}]
      """;
  private static final List<String> NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  @TempDir Path directory;

  @BeforeEach
  void fill() throws IOException {
    allow(directory, "rwxr-xr-x");
    allow(Files.createDirectory(directory.resolve("rules")), "rwxr-xr-x");
    write("server.yaml", SERVER);
    write("agent.yaml", AGENT);
    write("agent.token", "adit_x");
  }

  private Path write(String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve(name), text);
    allow(file, "rw-r--r--");
    return file;
  }

  private static void allow(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  /** The same for a user who is not let in everywhere; skipped where there is no way to be one. */
  private Result asNobody(Command command) throws IOException, InterruptedException {
    boolean root = "root".equals(System.getProperty("user.name"));
    boolean able = !root || Tool.run(directory, 10, List.of("setpriv", "--version")).isPresent();
    Tool.need(able, "setpriv, to run a command as nobody");
    Result result = root ? command.by(NOBODY).run() : command.run();
    boolean reachable = !result.err().contains("Unable to access jarfile");
    Tool.need(reachable, "jar that nobody may read: " + command.words());
    return result;
  }

  private static void assertSays(int exit, String line, Result result) {
    assertEquals(List.of(line), result.complaints().stream().map(BadInputIT::plain).toList());
    assertEquals(exit, result.exit());
    assertEquals("", result.out());
  }

  /** Without what differs from machine to machine. */
  private static String plain(String line) {
    return line.replaceAll("user '[a-z0-9_.-]+'", "user 'U'").replaceAll("(/[\\w.-]+)+/", "");
  }

  @Test
  void directoryThatCannotBeWritten() throws Exception {
    allow(directory, "r-xr-xr-x");
    Path work = Files.createTempDirectory("adit-manners");
    allow(work, "rwxr-xr-x");
    try {
      Command init = Command.server(work, "init", directory.resolve("new").toString());
      assertSays(
          1,
          "error: new: permission denied; give the user 'U' the right to it, or name another",
          asNobody(init));
    } finally {
      try (var left = Files.list(work)) {
        for (Path file : left.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(work);
      allow(directory, "rwxr-xr-x");
    }
  }

  @Test
  void accessLogThatCannotBeWritten() throws Exception {
    write("server.yaml", SERVER.replace("accessLog: off", "accessLog: {file: rules/a.log}"));
    allow(directory.resolve("rules"), "r-xr-xr-x");
    try {
      assertSays(
          3,
          "server.yaml:7:19: accessLog.file: expected a file that the user 'U' may write; not so"
              + " a.log",
          asNobody(Command.server(directory, "run", "-c", "server.yaml")));
    } finally {
      allow(directory.resolve("rules"), "rwxr-xr-x");
    }
  }

  @Test
  void keyThatCannotBeRead() throws Exception {
    TlsIdentity identity = CertificateAuthority.create("manners").identity();
    write("s.crt", CertificateAuthority.pem(identity.chain()));
    allow(write("s.key", CertificateAuthority.pem(identity.key())), "-w-------");
    write("server.yaml", SERVER.replace("insecure: true", "tls: {cert: s.crt, key: s.key}"));
    assertSays(
        3,
        "server.yaml:3:57: tunnel.tls.key: expected a file that the user 'U' may read; not so"
            + " s.key",
        asNobody(Command.server(directory, "run", "-c", "server.yaml")));
  }

  /** Whether there is one is more than this user may know. */
  @Test
  void keyInDirectoryThatMayNotBeEntered() throws Exception {
    TlsIdentity identity = CertificateAuthority.create("manners").identity();
    write("s.crt", CertificateAuthority.pem(identity.chain()));
    allow(Files.createDirectory(directory.resolve("tls")), "rwxr-xr-x");
    write("tls/s.key", CertificateAuthority.pem(identity.key()));
    write("server.yaml", SERVER.replace("insecure: true", "tls: {cert: s.crt, key: tls/s.key}"));
    allow(directory.resolve("tls"), "---------");
    try {
      assertSays(
          3,
          "server.yaml:3:57: tunnel.tls.key: expected a file that the user 'U' may read; not so"
              + " s.key",
          asNobody(Command.server(directory, "run", "-c", "server.yaml")));
    } finally {
      allow(directory.resolve("tls"), "rwxr-xr-x");
    }
  }

  @Test
  void tokenThatCannotBeRead() throws Exception {
    allow(directory.resolve("agent.token"), "-w-------");
    assertSays(
        3,
        "agent.yaml:5:15: token.file: expected a file that the user 'U' may read; not so"
            + " agent.token",
        asNobody(Command.agent(directory, "run", "-c", "agent.yaml")));
  }

  @Test
  void configurationThatCannotBeRead() throws Exception {
    allow(directory.resolve("server.yaml"), "-w-------");
    assertSays(
        3,
        "server.yaml:1:1: (file): expected a file that the user 'U' may read",
        asNobody(Command.server(directory, "run", "-c", "server.yaml")));
  }

  @ParameterizedTest
  @CsvSource({"entry,2:17", "tunnel,3:18", "admin,4:17"})
  void portThatIsTaken(String section, String place) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      write(
          "server.yaml",
          SERVER.replace(
              section + ": {listen: \"127.0.0.1:0\"", section + ": {listen: " + address));
      Result result = Command.server(directory, "run", "-c", "server.yaml").run();
      String start =
          "server.yaml:"
              + place
              + ": "
              + section
              + ".listen: expected an address that can be listened on; "
              + address
              + ": ";
      assertTaken(start, "; name another, or end what listens there (ss -ltnp shows it)", result);
    }
  }

  /** Each reason has a cure of its own. */
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1:0,'requested address; name one that this host has (ip address shows them),'",
    "nowhere.invalid:0,'nowhere.invalid:0: this name has no address; mend the name,'"
  })
  void addressThatIsNotOurs(String address, String cure) throws Exception {
    Result result =
        Command.server(directory, "run", "-c", "server.yaml")
            .with("TUNNEL_ENTRY_LISTEN", address)
            .run();
    assertEquals(3, result.exit());
    assertTrue(result.complaints().get(0).contains(cure), result.complaints().toString());
  }

  /** To Java that is asked for IPv4 only every host is one without IPv6. */
  @Test
  void addressOfIpv6WhereThereIsNone() throws Exception {
    Result result =
        Command.server(directory, "run", "-c", "server.yaml")
            .with("JDK_JAVA_OPTIONS", "-Djava.net.preferIPv4Stack=true")
            .with("TUNNEL_ENTRY_LISTEN", "[::1]:0")
            .run();
    assertEquals(3, result.exit());
    String told = result.complaints().toString();
    assertTrue(told.contains("; this host has no IPv6: name an IPv4 address,"), told);
  }

  /** In a network of its own, for this machine's may let everybody have any port. */
  @Test
  void portForRootAlone() throws Exception {
    List<String> network = new ArrayList<>(List.of("unshare", "--net"));
    boolean able =
        Tool.run(directory, 10, List.of("unshare", "--net", "setpriv", "--version"))
            .filter(run -> run.exitCode() == 0)
            .isPresent();
    Tool.need(able, "unshare and setpriv, and the right to a network of one's own");
    network.addAll(NOBODY);
    Result result =
        Command.server(directory, "run", "-c", "server.yaml")
            .with("TUNNEL_ENTRY_LISTEN", "0.0.0.0:1")
            .by(network)
            .run();
    boolean reachable = !result.err().contains("Unable to access jarfile");
    Tool.need(reachable, "jar that nobody may read");
    assertEquals(3, result.exit());
    assertTrue(
        result
            .err()
            .contains(
                "Permission denied; name a port from 1024 on, or permit it: CAP_NET_BIND_SERVICE,"),
        result.err());
  }

  @ParameterizedTest
  @CsvSource({"entry,2:17", "tunnel,3:18"})
  void oneOfSeveralPortsIsTaken(String section, String place) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      String line = section + ": {listen: ";
      write(
          "server.yaml",
          SERVER.replace(
              line + "\"127.0.0.1:0\"", line + "[\"127.0.0.1:0\", \"" + address + "\"]"));
      Result result = Command.server(directory, "run", "-c", "server.yaml").run();
      assertEquals(3, result.exit());
      String told = result.complaints().get(0);
      assertTrue(told.startsWith("server.yaml:" + place + ": " + section + ".listen: "), told);
      assertTrue(told.contains(address + ": "), told);
    }
  }

  @Test
  void portThatIsTakenThoughNoFileNamesIt() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertTaken(
          "environment variable TUNNEL_ADMIN_LISTEN: admin.listen: expected an address that can be"
              + " listened on; "
              + address
              + ": ",
          "; name another, or end what listens there (ss -ltnp shows it)",
          Command.server(directory, "run", "-c", "server.yaml")
              .with("TUNNEL_ADMIN_LISTEN", address)
              .run());
      assertTaken(
          "environment variable TUNNEL_ADMIN_LISTEN: admin.listen: expected",
          "; ss -ltnp shows what listens there",
          Command.agent(directory, "run", "-c", "agent.yaml")
              .with("TUNNEL_ADMIN_LISTEN", address)
              .run());
    }
  }

  @Test
  void agentThatCannotStartDialsNobody() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket backend = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String backends = "backends: 127.0.0.1:" + backend.getLocalPort();
      write("agent.yaml", AGENT.replace("backends: 127.0.0.1:1", backends));
      Command agent = Command.agent(directory, "run", "-c", "agent.yaml");
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertEquals(3, agent.with("TUNNEL_ADMIN_LISTEN", address).run().exit());
      backend.setSoTimeout(1);
      assertThrows(SocketTimeoutException.class, backend::accept);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"entry", "tunnel", "admin"})
  void nameWithoutAnAddress(String section) throws Exception {
    String token = section.equals("admin") ? ", token: {file: agent.token}" : "";
    String line = section + ": {listen: \"127.0.0.1:0\"";
    write("server.yaml", SERVER.replace(line, section + ": {listen: \"nobody.invalid:0\"" + token));
    Result result = Command.server(directory, "run", "-c", "server.yaml").run();
    assertEquals(3, result.exit());
    assertEquals(1, result.complaints().size(), result.err());
    String told = result.complaints().get(0);
    assertTrue(told.contains("nobody.invalid:0: this name has no address"), told);
  }

  @Test
  void secretThatIsNotThere() throws Exception {
    write("empty", "");
    write("server.yaml", SERVER.replace("admin: {", "admin: {token: {file: empty}, "));
    Result empty = Command.server(directory, "check", "-c", "server.yaml").run();
    assertEquals(3, empty.exit());
    assertTrue(
        empty.err().startsWith("server.yaml:4:16: admin.token: expected a secret; secret file "),
        empty.err());
    write("server.yaml", SERVER.replace("admin: {", "admin: {token: {env: ADIT_NO}, "));
    assertSays(
        3,
        "environment variable ADIT_NO: admin.token.env: expected a secret; the variable is not set",
        Command.server(directory, "run", "-c", "server.yaml").run());
    write("agent.yaml", AGENT.replace("{file: agent.token}", "{env: ADIT_NO}"));
    assertSays(
        3,
        "environment variable ADIT_NO: token.env: expected a secret; the variable is not set",
        Command.agent(directory, "run", "-c", "agent.yaml").run());
    Result checked = Command.agent(directory, "check", "-c", "agent.yaml").run();
    assertEquals(0, checked.exit());
    assertEquals(
        List.of("warning: token: the environment variable ADIT_NO is not set here"),
        checked.complaints());
  }

  private static void assertTaken(String start, String end, Result result) {
    assertEquals(3, result.exit());
    assertEquals(1, result.complaints().size(), result.err());
    String line = result.complaints().get(0);
    assertTrue(line.startsWith(start) && line.endsWith(end), line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "entry: {listen: \"127.0.0.1:0\"",
        "entry:\n  listen: 127.0.0.1:0\n tunnel: x",
        "entry:\n\tlisten: 127.0.0.1:0",
        "entry:\n  listen:",
        "<<<<<<< HEAD"
      })
  void fileThatIsHalfEdited(String edited) throws Exception {
    String text = SERVER.replace("entry: {listen: \"127.0.0.1:0\"}", edited);
    write("server.yaml", text);
    Result result = Command.server(directory, "run", "-c", "server.yaml").run();
    assertEquals(3, result.exit());
    assertEquals(1, result.complaints().size(), result.err());
    String line = result.complaints().get(0);
    assertTrue(line.matches("server\\.yaml:[1-9][0-9]*:[1-9][0-9]*: .*expected .*"), line);
  }

  @Test
  void fileThatWasNeverEditedHasItsNameInTheLine() throws Exception {
    write("agent.yaml", "");
    assertSays(
        3,
        "agent.yaml:1:1: (file): expected a mapping that starts with 'version: 1'; the file is"
            + " empty",
        Command.agent(directory, "run", "-c", "agent.yaml").run());
  }
}
