package dev.adit.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adit.agent.app.AgentStatusPage;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class AgentCommandTest {

  @TempDir private Path directory = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void goodFileIsCheckedWithoutStartingAnything() throws IOException {
    Path file = write("upstreams: [{name: u, backends: [\"127.0.0.1:1\"]}]\n");
    assertEquals(0, run("check", "-c", file.toString()));
    assertEquals(
        file + ": good; agent a, 1 servers, 1 upstreams, 0 routes", out.toString().strip());
    assertEquals("", err.toString());
  }

  /** It was counted twice, so that status said for ever that one of two servers was missing. */
  @Test
  void serverThatIsNamedTwiceIsOne() throws IOException {
    Path file = write("upstreams: [{name: u, backends: [\"127.0.0.1:1\"]}]\n");
    String twice = Files.readString(file).replaceAll("servers: \\[(.+)]", "servers: [$1, $1]");
    assertTrue(twice.contains(", "), twice);
    Files.writeString(file, twice);
    assertEquals(0, run("check", "-c", file.toString()), err::toString);
    assertTrue(out.toString().contains("agent a, 1 servers, "), out::toString);
  }

  @Test
  void agentThatMayDialNothingIsAWarning() throws IOException {
    Path file = write("configSync: accept\n");
    assertEquals(0, run("check", "-c", file.toString()));
    assertTrue(err.toString().contains(": nothing may be dialled, "), err::toString);
    Files.writeString(file, "allow: [\"127.0.0.1:*\"]\n", StandardOpenOption.APPEND);
    err.getBuffer().setLength(0);
    assertEquals(0, run("check", "-c", file.toString()));
    assertEquals("", err.toString());
  }

  @Test
  void brokenFileEndsWithThreeAndEveryProblemOnStandardError() throws IOException {
    Path file = write("upstreams: [{name: u}]\ncapcity: 1\n");
    assertEquals(3, run("check", "-c", file.toString()));
    assertEquals("", out.toString());
    assertTrue(err.toString().contains(":5:13: upstreams[0].backends: "), err::toString);
    assertTrue(err.toString().contains("(did you mean 'capacity'?)"), err::toString);
  }

  @Test
  void problemsAreAlsoToldToPrograms() throws IOException {
    Path file = write("capacity: none\n");
    assertEquals(3, run("check", "--json", "-c", file.toString()));
    assertTrue(out.toString().contains("\"valid\": false"), out::toString);
    assertTrue(out.toString().contains("\"key\": \"capacity\""), out::toString);
  }

  @Test
  void doctorEndsWithOneAndALineForEachStep() throws IOException {
    Path file = write("upstreams: [{name: u, backends: [\"127.0.0.1:1\"]}]\n");
    Files.writeString(file, Files.readString(file).replace("s:1", "nowhere.invalid:1"));
    assertEquals(1, run("doctor", "-c", file.toString()));
    assertTrue(out.toString().startsWith("failed  dns       nowhere.invalid:1: "), out::toString);
    assertTrue(out.toString().contains("; cure: "), out::toString);
    assertTrue(out.toString().contains("\nskipped token     nowhere.invalid:1: "), out::toString);
    assertTrue(out.toString().contains("\nfailed  backend   u 127.0.0.1:1: "), out::toString);
    assertEquals("", err.toString());
  }

  /** As by {@code tunnel-server token new > t}: it must not get as far as a header. */
  @Test
  void tokenWithMoreAroundItIsRefusedByEveryCommandAndNotRepeated() throws IOException {
    Path token = Files.writeString(directory.resolve("t"), "adit_geheim\n\n# For agents.yaml.\n");
    Path file = write("upstreams: [{name: u, backends: [\"127.0.0.1:1\"]}]\n");
    Files.writeString(file, Files.readString(file).replace("{env: PATH}", "{file: t}"));
    String config = file.toString();
    for (String command : List.of("check", "doctor")) {
      err.getBuffer().setLength(0);
      assertEquals(3, run(command, "-c", config), command);
      assertTrue(err.toString().contains(":4:8: token: expected a secret; "), err::toString);
      assertTrue(err.toString().contains("put the token alone there"), err::toString);
      assertFalse(err.toString().contains("geheim"), err::toString);
    }
    err.getBuffer().setLength(0);
    assertEquals(
        2, run("expose", "h:1", "--server", "s:1", "--group", "g", "--token-file", "" + token));
    assertTrue(err.toString().startsWith("--token-file: secret file " + token), err::toString);
    assertFalse(err.toString().contains("geheim"), err::toString);
    Files.writeString(token, "");
    assertEquals(3, run("check", "-c", config));
    assertEquals("", out.toString());
  }

  @Test
  void certificateThatWillNotBeValidMuchLongerIsAWarning() throws IOException {
    TlsIdentity soon =
        CertificateAuthority.create("test").issue(List.of("a.example"), Duration.ofDays(3));
    Path cert = directory.resolve("own.crt");
    Files.writeString(cert, CertificateAuthority.pem(soon.chain()));
    Files.writeString(directory.resolve("own.key"), CertificateAuthority.pem(soon.key()));
    Path file =
        write(
            """
            upstreams: [{name: u, backends: "127.0.0.1:1"}]
            tls: {cert: own.crt, key: own.key}
            """);
    assertEquals(0, run("check", "-c", file.toString()));
    assertTrue(err.toString().startsWith("warning: " + cert + " expires at 20"), err::toString);
  }

  /** It is for many agents, and this is one. */
  @Test
  void patternIsNoId() throws IOException {
    Path file = write("upstreams: [{name: u, backends: [\"127.0.0.1:1\"]}]\n");
    Files.writeString(file, Files.readString(file).replace("id: a", "id: \"shop-*\""));
    assertEquals(3, run("check", "-c", file.toString()));
    assertTrue(err.toString().contains(":2:5: id: expected an agent id; "), err::toString);
  }

  @Test
  void doctorTellsPrograms() throws IOException {
    Path file = write("upstreams: [{name: u, backends: [\"127.0.0.1:1\"]}]\n");
    Files.writeString(file, Files.readString(file).replace("s:1", "nowhere.invalid:1"));
    assertEquals(1, run("doctor", "--json", "-c", file.toString()));
    JsonObject told = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertEquals("a", told.get("agent").getAsString());
    assertEquals(false, told.get("good").getAsBoolean());
    JsonObject first = told.getAsJsonArray("steps").get(0).getAsJsonObject();
    assertEquals("dns", first.get("step").getAsString());
    assertEquals("failed", first.get("result").getAsString());
    assertTrue(first.has("found") && first.has("cure"), out::toString);
    assertEquals(3, run("doctor", "-c", directory.resolve("none.yaml").toString()));
  }

  @Test
  void statusSaysOfNoBackendThatIsOutThatNoFailureIsKnown() {
    assertEquals("no failure known, 0 calls", shown(true, true, ""));
    assertEquals("no failure known, circuit closed, 0 calls", shown(true, true, "closed"));
    assertEquals("its calls failed, circuit open, 0 calls", shown(true, true, "open"));
    assertEquals("its calls failed, circuit half-open, 0 calls", shown(true, true, "half-open"));
    assertEquals("unreachable, circuit open, 0 calls", shown(false, true, "open"));
    assertEquals("not healthy, 0 calls", shown(true, false, ""));
  }

  private static String shown(boolean reachable, boolean healthy, String circuit) {
    var backend = new AgentStatusPage.BackendPage("192.0.2.1:1", reachable, healthy, circuit, 0);
    var upstream = new AgentStatusPage.UpstreamPage("", "u", List.of(backend));
    var status =
        new AgentStatusPage(
            "running",
            "a",
            "",
            "",
            "2026-01-01T00:00:00Z",
            0,
            List.of(),
            0,
            0,
            List.of(),
            List.of(upstream),
            List.of(),
            List.of(),
            List.of());
    return StatusText.of(status, false)
        .lines()
        .filter(line -> line.contains("backend 192.0.2.1:1: "))
        .map(line -> line.substring(line.indexOf("1: ") + 3))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void wrongUsageEndsWithTwo() {
    assertEquals(2, run("check"));
    assertEquals(2, run());
    assertEquals(2, run("nonsense"));
  }

  @Test
  void everyCommandHasHelpWithExamples() {
    CommandLine commands = AgentCommand.commandLine();
    commands
        .getSubcommands()
        .forEach(
            (name, command) -> {
              if (!name.equals("help")) {
                assertTrue(command.getUsageMessage().contains("Example"), name);
              }
            });
    assertEquals(0, run("completion"));
    assertTrue(out.toString().contains("complete "), "a completion script");
  }

  private Path write(String rest) throws IOException {
    return Files.writeString(
        directory.resolve("agent.yaml"),
        "version: 1\nid: a\nservers: [\"s:1\"]\ntoken: {env: PATH}\n" + rest);
  }

  private int run(String... args) {
    return AgentCommand.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
