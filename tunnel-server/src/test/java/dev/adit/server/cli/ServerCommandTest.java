package dev.adit.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import dev.adit.core.token.TokenHash;
import dev.adit.testing.corpus.Corpus;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ServerCommandTest {

  @TempDir private Path directory = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void fill() throws IOException {
    Files.createDirectory(directory.resolve("rules"));
    write("server.yaml", "version: 1\ntunnel: {insecure: true}\nrules: rules/\n");
    write(
        "agents.yaml",
        "version: 1\nagents:\n- {id: a, groups: [g], tokens: [{sha256: "
            + TokenHash.of("token").hex()
            + "}]}\n");
    write("rules/a.yaml", "version: 1\nrules:\n- {name: r, hosts: a.example, to: g}\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--host=a:80",
        "--host=[::1]",
        "--host=999.1.1.1",
        "--host=a..b",
        "--host=http://a",
        "--host=fe80::1%lo",
        "--host=",
        "--host=tunnel_server",
        "--agent=shop-*",
        "--group=a,b",
        "--backend=a",
        "--backend=a:0"
      })
  void initWantsNamesAndAddressesThatCanBeUsed(String option) {
    assertEquals(2, run("init", path("new"), option), err::toString);
    assertFalse(Files.exists(directory.resolve("new")));
  }

  /** It was the directory that one is in, whose rules a script then found to be good. */
  @ParameterizedTest
  @ValueSource(
      strings = {"rules check", "rules test", "check -c", "status --token-file", "init", "run -c"})
  void pathThatIsEmptyIsWrongUsage(String words) {
    String[] all = (words + " .").split(" ", -1);
    all[all.length - 1] = "";
    assertEquals(2, run(all));
    assertTrue(err.toString().contains("expected a path, found empty text"), err::toString);
    assertEquals("", out.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--agent=a", "--group=g", "--backend=a:1"})
  void renewalTakesNothingThatOnlyANewDirectoryHas(String option) {
    assertEquals(0, run("init", path("new"), "--host=a"), err::toString);
    assertEquals(2, run("init", path("new"), "--renew", option));
    assertTrue(err.toString().contains("only --host"), err::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "true", "7", "it's"})
  void filesOfInitAreGoodWhateverTheGroupIsCalled(String group) {
    assertEquals(0, run("init", path("new"), "--host=a", "--group", group), err::toString);
    assertEquals(0, run("check", "-c", path("new/server.yaml")), err::toString);
  }

  @Test
  void goodConfigurationIsCheckedWithAllItNames() {
    assertEquals(0, run("check", "-c", path("server.yaml")));
    assertEquals(
        path("server.yaml") + ": good; 1 rule in 1 file, 1 line of agents", out.toString().strip());
    assertEquals("", err.toString());
  }

  @Test
  void problemsOfAllFilesAreToldAtOnce() throws IOException {
    write("server.yaml", "version: 1\ntunnel: {insecure: true, hartbeat: 1s}\nrules: rules/\n");
    write("agents.yaml", "version: 1\nagents: [{id: a}]\n");
    write("rules/a.yaml", "version: 1\nrules:\n- {name: r, to: }\n");
    assertEquals(3, run("check", "-c", path("server.yaml")));
    String said = err.toString();
    assertTrue(said.contains("server.yaml:2:26: tunnel.hartbeat: unknown key"), said);
    assertTrue(said.contains("agents.yaml:2:10: agents[0].groups: "), said);
    assertTrue(said.contains("a.yaml:3:16: rules[0].to: "), said);
    assertEquals("", out.toString());
  }

  @Test
  void adminTokenWithMoreAroundItIsRefusedAndNotRepeated() throws IOException {
    write("t", "geheim\nand more\n");
    write(
        "server.yaml",
        "version: 1\ntunnel: {insecure: true}\nrules: rules/\nadmin: {token: {file: t}}\n");
    assertEquals(3, run("check", "-c", path("server.yaml")));
    assertTrue(err.toString().contains(":4:16: admin.token: expected a secret; "), err::toString);
    assertFalse(err.toString().contains("geheim"), err::toString);
  }

  @Test
  void ruleForAGroupNobodyMayServeIsAWarning() throws IOException {
    write("rules/a.yaml", "version: 1\nrules:\n- {name: r, to: other}\n");
    assertEquals(0, run("check", "-c", path("server.yaml")));
    assertTrue(err.toString().contains("no agent may serve group 'other'"), err::toString);
  }

  /** It was told to be at least twice as long as itself. */
  @Test
  void heartbeatTooLongForTheUsualDeadAfterIsToldSo() throws IOException {
    write("server.yaml", "version: 1\ntunnel: {insecure: true, heartbeat: 3s}\nrules: rules/\n");
    assertEquals(3, run("check", "-c", path("server.yaml")));
    assertEquals(
        path("server.yaml")
            + ":2:37: tunnel.heartbeat: expected at most half of deadAfter, which is 4000 ms",
        err.toString().strip());
  }

  @Test
  void certificateThatNoAgentIsAskedForIsAWarning() throws IOException {
    write(
        "agents.yaml",
        "version: 1\nagents:\n- {id: a, groups: [g], certificate: {san: a.example}}\n");
    assertEquals(0, run("check", "-c", path("server.yaml")));
    assertEquals(
        "warning: agents: agent a is to prove itself by a certificate, and no agent is asked for"
            + " one; set tunnel.tls.clientCa",
        err.toString().strip());
  }

  @ParameterizedTest
  @ValueSource(strings = {"agents: none.yaml", "agents: agents.yaml", "agents: [{id: a}]"})
  void nobodySaysWhoMayServeWhatIfTheAgentsCannotBeRead(String agents) throws IOException {
    write("server.yaml", "version: 1\ntunnel: {insecure: true}\nrules: rules/\n" + agents + "\n");
    write("agents.yaml", "version: 1\nagents: [{id: a}]\n");
    assertEquals(3, run("check", "-c", path("server.yaml")));
    assertFalse(err.toString().contains("may serve group"), err::toString);
  }

  @Test
  void missingFileEndsWithThree() {
    assertEquals(3, run("check", "-c", path("none.yaml")));
    assertEquals(3, run("rules", "check", path("none")));
  }

  @Test
  void rulesAreCheckedForPeopleAndPrograms() {
    assertEquals(0, run("rules", "check", path("rules")));
    assertEquals(path("rules") + ": good; 1 rule in 1 file", out.toString().strip());
    assertEquals(0, run("rules", "check", path("rules"), "--json"));
    assertTrue(out.toString().contains("\"valid\": true"), out::toString);
  }

  @Test
  void directoryWithoutRulesIsGoodWithAWarning() throws IOException {
    Files.move(directory.resolve("rules/a.yaml"), directory.resolve("rules/a.yml"));
    write("rules/keys.schema.json", "{}");
    write("rules/.b.yml", "");
    List<String> warnings =
        List.of(
            "warning: " + path("rules") + ": no rule: every call is refused (reason no-rule)",
            "warning: "
                + path("rules/a.yml")
                + ": is not read: names of rule files end with .yaml");
    assertEquals(0, run("rules", "check", path("rules")));
    assertEquals(warnings, err.toString().lines().toList());
    err.getBuffer().setLength(0);
    assertEquals(0, run("check", "-c", path("server.yaml")));
    assertEquals(warnings, err.toString().lines().toList());
    assertEquals(0, run("rules", "check", path("rules"), "--json"));
    assertTrue(out.toString().contains("\"path\": \"" + path("rules/a.yml")), out::toString);
  }

  @Test
  void directoryWhoseRulesAreBrokenIsNotSaidToHaveNone() throws IOException {
    write("rules/a.yaml", "version: 1\nrules: [{name: r}]\n");
    assertEquals(3, run("rules", "check", path("rules")));
    assertEquals(1, err.toString().lines().count(), err::toString);
  }

  @Test
  void certificateThatWillNotBeValidMuchLongerIsAWarning() throws IOException {
    TlsIdentity soon =
        CertificateAuthority.create("test").issue(List.of("a.example"), Duration.ofDays(3));
    write("own.crt", CertificateAuthority.pem(soon.chain()));
    write("own.key", CertificateAuthority.pem(soon.key()));
    write(
        "server.yaml",
        """
        version: 1
        entry: {tls: {cert: own.crt, key: own.key}}
        tunnel: {tls: {cert: own.crt, key: own.key}}
        rules: rules/
        """);
    assertEquals(0, run("check", "-c", path("server.yaml")));
    String told = err.toString().strip();
    assertTrue(told.startsWith("warning: " + path("own.crt") + " expires at 20"), told);
    assertEquals(1, told.lines().count(), told);
  }

  @Test
  void fileThatIsAListIsOneProblem() throws IOException {
    write("server.yaml", "- version: 1\n");
    assertEquals(3, run("check", "-c", path("server.yaml")));
    assertEquals(1, err.toString().lines().count(), err::toString);
  }

  @Test
  void directoryOfAFileWithoutRulesIsNotReadAsRules() throws IOException {
    write("server.yaml", "version: 1\ntunnel: {insecure: true}\n");
    assertEquals(3, run("check", "-c", path("server.yaml")));
    assertFalse(err.toString().contains("agents.yaml"), err::toString);
  }

  @Test
  void callIsExplained() {
    String samples = Corpus.projectRoot().resolve("rules/samples").toString();
    List<String> call = List.of("--host", "tenants.example.com", "--method", "shop.v1.Cart/Get");
    assertEquals(
        0,
        run(
            "rules",
            "explain",
            samples,
            call.get(0),
            call.get(1),
            call.get(2),
            call.get(3),
            "-H",
            "x-tenant=acme"));
    String said = out.toString();
    assertTrue(said.contains("rule    tenant-acme  ("), said);
    assertTrue(said.contains("): not so: header x-tenant is 'umbrella'"), said);
    assertTrue(said.contains("): fits, but the winner has more header conditions"), said);
  }

  /** Some rule was said to take it, and the entry would have answered that it is malformed. */
  @ParameterizedTest
  @ValueSource(strings = {"http://a.example", "me@a.example", "a example", "ä.example"})
  void callThatNoRuleSeesIsNotExplained(String host) {
    assertEquals(2, run("rules", "explain", path("rules"), "--host", host, "--path", "/x"));
    assertTrue(err.toString().contains("'" + host + "' is not a host, "), err::toString);
  }

  @Test
  void callWithoutRuleIsExplainedToPrograms() {
    String rules = path("rules");
    assertEquals(0, run("rules", "explain", rules, "--host", "b", "--path", "/x", "--json"));
    assertTrue(out.toString().contains("\"matched\": false"), out::toString);
    assertTrue(out.toString().contains("host is not 'a.example'"), out::toString);
  }

  @Test
  void failedTestEndsWithOne() throws IOException {
    write(
        "rules/b.yaml",
        "version: 1\ntests:\n- {call: {host: b, method: s.S/M}, expect: {rule: r}}\n");
    assertEquals(1, run("rules", "test", path("rules")));
    assertTrue(out.toString().contains("FAILED"), out::toString);
    assertTrue(out.toString().contains("coverage: tests reach 0 of 1 rules; not r"), out::toString);
  }

  @Test
  void newTokenComesWithTheLinesThatLetItIn() throws IOException {
    assertEquals(0, run("token", "new", "--agent", "shop-*", "--group", "g"));
    List<String> lines = out.toString().lines().toList();
    String yaml = String.join("\n", lines.subList(3, lines.size()));
    assertTrue(yaml.contains(TokenHash.of(lines.get(0)).hex()), yaml);
    write("agents.yaml", "version: 1\nagents:\n" + yaml + "\n");
    assertEquals(0, run("check", "-c", path("server.yaml")));
  }

  @Test
  void wrongUsageEndsWithTwoAndSaysWhatWasExpected() {
    assertEquals(2, run());
    assertEquals(2, run("rules"));
    assertEquals(2, run("rules", "explain", path("rules"), "--host", "a"));
    assertTrue(err.toString().contains("expected exactly one of --method and --path"));
    assertEquals(2, run("token", "new", "--agent", "a*b"));
    assertEquals(2, run("token", "new", "--agent", "a", "--group", "x,y"));
    assertTrue(
        err.toString()
            .contains("--group: expected one group, not the list 'x,y': give --group for each"),
        err::toString);
    assertEquals(2, run("rules", "explain", path("rules"), "--host", "a", "--path", "x"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "run --confg x | unknown option '--confg'; did you mean '--config'? | run",
        "run --confg=x | unknown option '--confg'; did you mean '--config'? | run",
        "run -x | unknown option '-x' | run",
        "run a.yaml | unexpected word 'a.yaml'; missing required option: '--config=FILE' | run",
        "run -c a b | unexpected word 'b' | run",
        "-c x run | unknown option '-c'; expected it after the command that it is for |",
        "-c x run -c y | unknown option '-c'; expected it after the command that it is for |",
        "rnu -c x | there is no command 'rnu'; did you mean 'run'? |",
        "frobnicate | there is no command 'frobnicate' |",
        "rules chekc rules | there is no command 'chekc'; did you mean 'check'? | rules",
        "rules test --jsn d | unknown option '--jsn'; did you mean '--json'? | rules test",
        "run | Missing required option: '--config=FILE' | run"
      })
  void wordThatIsNotKnownIsToldFirstAndNothingElse(
      String words, String told, @Nullable String command) {
    assertEquals(2, run(words.split(" ")));
    String see = "see: tunnel-server " + (command == null ? "" : command + " ") + "--help";
    assertEquals(List.of(told, see), err.toString().lines().toList());
  }

  @Test
  void whoNamesNoCommandSeesThemAll() {
    assertEquals(2, run("help", "rules", "chek"));
    assertTrue(
        err.toString().startsWith("there is no command 'chek'; did you mean 'check'?\nUsage: "),
        err::toString);
    err.getBuffer().setLength(0);
    assertEquals(2, run("token"));
    assertTrue(err.toString().startsWith("expected new\nUsage: "), err::toString);
  }

  @Test
  void everyCommandHasHelpWithExamples() {
    ServerCommand.commandLine()
        .getSubcommands()
        .forEach(
            (name, command) -> {
              if (!name.equals("help")) {
                assertTrue(command.getUsageMessage().contains("Example"), name);
                command
                    .getSubcommands()
                    .forEach((n, c) -> assertTrue(c.getUsageMessage().contains("Example"), n));
              }
            });
    assertEquals(0, run("completion"));
    assertTrue(out.toString().contains("complete "), "a completion script");
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
