package dev.adit.server.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import dev.adit.core.admin.AdminClient;
import dev.adit.core.config.ConfigException;
import dev.adit.core.wire.FrameLimits;
import dev.adit.server.app.ServerApp;
import dev.adit.server.config.ServerConfigReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code rules} says of a server that runs, over its real admin port. */
final class RunningServerTest {
  private static final String FIRST =
      """
          version: 1
          rules:
          - {name: kept, hosts: a.example, to: g}
          - {name: edited, hosts: b.example, to: g}
          - {name: gone, hosts: c.example, to: g}
          """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Path directory;
  private final ServerApp server;
  private final String admin;

  RunningServerTest(@TempDir Path directory) throws IOException, ConfigException {
    this.directory = directory;
    Files.createDirectory(directory.resolve("running"));
    Files.createDirectory(directory.resolve("edited"));
    write("running/a.yaml", FIRST);
    write("edited/a.yaml", FIRST);
    write(
        "server.yaml",
        """
          version: 1
          entry: {listen: 127.0.0.1:0}
          tunnel: {listen: 127.0.0.1:0, insecure: true}
          admin: {listen: 127.0.0.1:0, token: {file: admin.token}}
          rules: running/
          accessLog: off
          """);
    write("admin.token", "let-me-in");
    write(
        "agents.yaml",
        "version: 1\nagents:\n- {id: a, groups: [g], certificate: {san: a.example}}\n");
    server =
        ServerApp.start(
            ServerConfigReader.read(directory.resolve("server.yaml")),
            FrameLimits.DEFAULT,
            ServerCommand.BUILD.version(),
            new PrintStream(OutputStream.nullOutputStream()));
    admin = "127.0.0.1:" + server.adminAddress().getPort();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Unreadable for a moment, as where a file is written anew in place. */
  @Test
  void tokenOfThePortIsFollowed() throws IOException {
    write("admin.token", "");
    write("admin.token", "the-next-one");
    AdminClient next = new AdminClient(admin, "the-next-one");
    await().atMost(Duration.ofSeconds(10)).until(() -> answers(next));
    assertFalse(answers(new AdminClient(admin, "let-me-in")));
    Files.delete(directory.resolve("admin.token"));
    await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(10)).until(() -> answers(next));
  }

  private static boolean answers(AdminClient client) {
    try {
      return client.get("/status").contains("running");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void sameRulesWouldChangeNothing() {
    assertEquals(0, check());
    assertTrue(out.toString().contains(admin + " runs these rules already"), out::toString);
    assertTrue(err.toString().contains("no agent of group 'g' is connected"), err::toString);
  }

  @Test
  void whatWouldChangeIsNamed() throws IOException {
    write(
        "edited/a.yaml",
        """
          version: 1
          rules:
          - {name: new, hosts: d.example, to: g}
          - {name: kept, hosts: a.example, to: g}
          - {name: edited, hosts: b.example, to: other}
          """);
    assertEquals(0, check());
    String said = out.toString();
    assertTrue(said.contains("added      new  ("), said);
    assertTrue(said.contains("changed    edited  ("), said);
    assertTrue(said.contains("removed    gone  ("), said);
    assertTrue(said.contains("unchanged  1 rules and groups"), said);
    assertTrue(err.toString().contains("no agent of group 'other' is connected"), err::toString);
  }

  @Test
  void whatGroupsWouldBeHandedIsPartOfTheChanges() throws IOException {
    write(
        "edited/a.yaml",
        FIRST + "groups:\n- {name: g, upstreams: [{name: u, backends: [\"10.0.0.1:1\"]}]}\n");
    assertEquals(0, check());
    assertTrue(out.toString().contains("added      group g  ("), out::toString);
  }

  @Test
  void changesAreToldToPrograms() throws IOException {
    write("edited/a.yaml", "version: 1\nrules:\n- {name: kept, hosts: a.example, to: g}\n");
    assertEquals(0, check("--json"));
    var changes =
        JsonParser.parseString(out.toString()).getAsJsonObject().getAsJsonObject("changes");
    assertEquals(2, changes.getAsJsonArray("removed").size(), out::toString);
    assertEquals(1, changes.get("unchanged").getAsInt());
  }

  @Test
  void brokenFilesAreProblemsAndNoChanges() throws IOException {
    write("edited/a.yaml", "version: 1\nrules:\n- {name: kept, hosts: a.example}\n");
    assertEquals(3, check());
    assertEquals("", out.toString());
  }

  @Test
  void runningServerExplainsWithTheAgentsOfNow() {
    assertEquals(0, explain("--host", "b.example", "--method", "s.S/M"));
    String said = out.toString();
    assertTrue(said.contains("rule    edited  ("), said);
    assertTrue(said.contains("host is not 'c.example'"), said);
    assertTrue(said.contains("agents  g: none connected"), said);
  }

  @Test
  void groupNoAgentHasJoinedIsAWarningInTheStatus() {
    String warning = "no agent of group 'g' has connected since the start";
    assertTrue(server.status().warnings().contains(warning), () -> server.status().toString());
  }

  @Test
  void runningServerExplainsToPrograms() {
    assertEquals(0, explain("--host", "z", "--path", "/x", "--json"));
    var tree = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertEquals(false, tree.get("matched").getAsBoolean());
    assertEquals(3, tree.getAsJsonArray("losers").size());
  }

  @Test
  void headersCountInWhatIsExplained() throws IOException {
    write(
        "running/a.yaml",
        "version: 1\nrules:\n- {name: t, to: g, matches: [{headers: [{name: x-t, value: a b}]}]}\n");
    post("/rules/reload", "");
    assertEquals(0, explain("--host", "z", "--path", "/x", "-H", "x-t=a b"));
    assertTrue(out.toString().contains("rule    t  ("), out::toString);
  }

  @Test
  void reloadByTheAdminPortSaysHowTheRulesStand() throws IOException {
    write("running/a.yaml", "version: 1\nrules:\n- {name: kept, hosts: a.example, to: g}\n");
    assertTrue(post("/rules/reload", "").contains("\"rules\": 1"));
    write("running/a.yaml", "version: 1\nrules:\n- {name: kept, too: g}\n");
    IOException refused = assertThrows(IOException.class, () -> post("/rules/reload", ""));
    String said = String.valueOf(refused.getMessage());
    assertTrue(said.contains("answers 422") && said.contains("a.yaml:3:16"), said);
    assertEquals(1, server.status().rules().rules());
  }

  @Test
  void wrongAddressTokenAndCallAreErrorsWithTheCure() {
    assertEquals(1, run("rules", "check", path("edited"), "--server", admin));
    assertTrue(err.toString().contains("wants its admin token"), err::toString);
    assertEquals(
        1, run("rules", "explain", "--server", "127.0.0.1:1", "--host", "a", "--path", "/"));
    assertTrue(
        err.toString()
            .contains(
                "nothing listens on 127.0.0.1:1: is it running, and is that its admin.listen? (--server ADDR)"),
        err::toString);
    assertEquals(2, run("rules", "explain", "--host", "a", "--path", "/"));
    assertTrue(err.toString().contains("expected DIR, or --server ADDR"), err::toString);
    IOException bad = assertThrows(IOException.class, () -> post("/rules/explain", "[1"));
    assertTrue(String.valueOf(bad.getMessage()).contains("answers 400: expected JSON"));
  }

  @Test
  void wrongTokenIsToldFromNone() throws IOException {
    write("other.token", "let-me-in-too");
    String[] status = {"status", "--admin", admin, "--token-file", path("other.token")};
    assertEquals(1, run(status));
    assertEquals(
        "error: the token of " + path("other.token") + " is not the admin token of " + admin,
        err.toString().strip());
    write("admin.token", "let-me-in");
    assertEquals(0, run("status", "--admin", admin, "--token-file", path("admin.token")));
    assertTrue(out.toString().startsWith("server   "), out::toString);
    assertEquals(1, run("status", "--admin", admin));
    assertTrue(err.toString().contains("wants its admin token: --token-file FILE"), err::toString);
  }

  /** Whatever is posted is answered: a connection that just ends names no cause. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{",
        "{}",
        "[[[[",
        "{\"host\": {}}",
        "{\"host\": \"a\", \"path\": \"/\", \"headers\": [null]}",
        "{\"host\": \"a\", \"path\": \"/\", \"headers\": [\"=\"]}",
        "{\"host\": \"a\", \"path\": \"/\", \"headers\": [\"a b=1\"]}",
        "{\"host\": \"a\", \"path\": \"x\"}",
        "{\"host\": \"a\", \"method\": \"x\"}"
      })
  void whatIsNoCallIsAnsweredWithWhatWasExpected(String body) {
    IOException refused = assertThrows(IOException.class, () -> post("/rules/explain", body));
    assertTrue(String.valueOf(refused.getMessage()).contains("answers 400: "), refused::toString);
  }

  private String post(String path, String body) throws IOException {
    return new AdminClient(admin, "let-me-in").post(path, body);
  }

  private int check(String... more) {
    return withToken(new String[] {"rules", "check", path("edited")}, more);
  }

  private int explain(String... more) {
    return withToken(new String[] {"rules", "explain"}, more);
  }

  private int withToken(String[] command, String... more) {
    String[] server = {"--server", admin, "--token-file", path("admin.token")};
    String[] all = new String[command.length + server.length + more.length];
    System.arraycopy(command, 0, all, 0, command.length);
    System.arraycopy(server, 0, all, command.length, server.length);
    System.arraycopy(more, 0, all, command.length + server.length, more.length);
    return run(all);
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }

  private int run(String... args) {
    return ServerCommand.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
