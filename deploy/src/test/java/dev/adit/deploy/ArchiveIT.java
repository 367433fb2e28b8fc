package dev.adit.deploy;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.deploy.program.Program;
import dev.adit.deploy.program.UnpackedArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in the archive, and that its parts are of use. */
@Timeout(120)
final class ArchiveIT {
  private static final long MOST_BYTES = 30_000_000;
  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final Pattern JAR =
      Pattern.compile("(.+?)-(\\d[^/]*?)(-linux-(?:x86_64|aarch_64))?\\.jar");
  private static final Pattern NOTICE = Pattern.compile(".*\\((\\S+?):(\\S+?):(\\S+?) - .*\\)");

  @TempDir static Path temporary = Path.of("");
  private static Path root = Path.of("");

  @BeforeAll
  static void unpack() throws Exception {
    root = UnpackedArchive.into(temporary);
  }

  private static List<String> files(String directory, String suffix) throws IOException {
    try (Stream<Path> all = Files.list(root.resolve(directory))) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(suffix))
          .sorted()
          .toList();
    }
  }

  @Test
  void holdsWhatItShould() throws IOException {
    for (String name :
        List.of(
            "LICENSE",
            "THIRD-PARTY.txt",
            "README.md",
            "docs/install.md",
            "rules/schema/server.schema.json",
            "config/server.yaml",
            "config/agents.yaml",
            "config/agent.yaml",
            "lib/tunnel-server.classlist",
            "lib/tunnel-agent.classlist",
            "kubernetes/kustomization.yaml",
            "kubernetes/config/rules/orders.yaml",
            "proxies/nginx.conf",
            "proxies/haproxy.cfg",
            "systemd/tunnel-server.service",
            "systemd/tunnel-agent.service",
            "systemd/tunnel.sysusers.conf",
            "completions/bash/tunnel-server",
            "completions/bash/tunnel-agent",
            "completions/zsh/_tunnel-server",
            "completions/zsh/_tunnel-agent",
            "man/tunnel-server.1",
            "man/tunnel-server-rules-explain.1",
            "man/tunnel-agent-expose.1")) {
      assertTrue(Files.isRegularFile(root.resolve(name)), name);
    }
    assertEquals(List.of("tunnel-agent", "tunnel-sample", "tunnel-server"), files("bin", ""));
    for (String name : files("bin", "")) {
      assertTrue(Files.isExecutable(root.resolve("bin").resolve(name)), name);
    }
  }

  /** A copy finds no libraries where it is; a link does. */
  @ParameterizedTest
  @ValueSource(strings = {"tunnel-server", "tunnel-agent", "tunnel-sample"})
  void launcherThatIsCopiedSaysWhatToDo(String program) throws Exception {
    Path bin = Files.createDirectories(temporary.resolve("copied-" + program + "/bin"));
    Files.createDirectories(bin.resolveSibling("lib"));
    Path copy = bin.resolve(program);
    Files.copy(root.resolve("bin").resolve(program), copy, StandardCopyOption.COPY_ATTRIBUTES);
    Program.Run run = Program.run(copy.toString(), "--help");
    assertEquals(1, run.exitCode());
    assertTrue(
        run.line()
            .endsWith(
                ": make a symbolic link to bin/"
                    + program
                    + " of the unpacked archive instead of a copy"),
        run.output());
    Path link =
        Files.createSymbolicLink(temporary.resolve(program), root.resolve("bin/" + program));
    assertEquals(0, Program.run(link.toString(), "--help").exitCode());
  }

  @Test
  void isNotTooLarge() throws IOException {
    assertTrue(Files.size(UnpackedArchive.FILE) <= MOST_BYTES, UnpackedArchive.FILE::toString);
  }

  /** The library that is not shipped whole makes and reads certificates and keys. */
  @Test
  void whatIsLeftOfALibraryIsEnough() throws Exception {
    String server = root.resolve("bin/tunnel-server").toString();
    String made = temporary.resolve("made").toString();
    Program.Run init = Program.run(server, "init", made, "--host", "localhost");
    assertEquals(0, init.exitCode(), init.output());
    Program.Run check = Program.run(server, "check", "-c", made + "/server.yaml");
    assertEquals(0, check.exitCode(), check.output());
    String jar =
        files("lib", ".jar").stream()
            .filter(name -> name.startsWith("bcprov"))
            .findAny()
            .orElseThrow();
    try (JarFile lean = new JarFile(root.resolve("lib").resolve(jar).toFile())) {
      assertTrue(lean.isMultiRelease());
      assertEquals(
          List.of(),
          lean.stream().filter(each -> each.getName().contains("/pqc/legacy/")).toList());
    }
  }

  /** A user who is not there: the answer has details, of a library that is not shipped whole. */
  @Test
  void sampleServiceAnswers() throws Exception {
    Program.need("curl");
    Path output = temporary.resolve("sample.out");
    Process sample =
        Program.start(
            output, Map.of(), root.resolve("bin/tunnel-sample").toString(), "--system", "user");
    try {
      await().atMost(BOUND).until(() -> Program.text(output).contains("ready backend=user "));
      Path message = Files.write(temporary.resolve("empty"), new byte[5]);
      Program.Run answer =
          Program.run(
              "curl",
              "-s",
              "-i",
              "--http2-prior-knowledge",
              "-H",
              "content-type: application/grpc",
              "-H",
              "te: trailers",
              "--data-binary",
              "@" + message,
              "http://"
                  + Program.text(output).strip().replaceFirst(".* addr=", "")
                  + "/jisucloud.v1.UserService/GetUser");
      assertTrue(answer.output().contains("x-backend: user\r\n"), answer::output);
      assertTrue(answer.output().contains("grpc-status: 5\r\n"), answer::output);
    } finally {
      sample.destroyForcibly().waitFor();
    }
  }

  @Test
  void everyLibraryOfOthersHasItsNotice() throws IOException {
    Set<String> libraries =
        files("lib", ".jar").stream()
            .map(name -> JAR.matcher(name).results().findFirst().orElseThrow())
            .filter(found -> !found.group(1).matches("tunnel-(proto|core|tracing|server|agent)"))
            .map(found -> found.group(1) + " " + found.group(2))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> noticed =
        Files.readString(root.resolve("THIRD-PARTY.txt"))
            .lines()
            .filter(line -> line.contains(" - "))
            .map(line -> NOTICE.matcher(line).results().findFirst().orElseThrow())
            .map(found -> found.group(2) + " " + found.group(3))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(libraries, noticed);
    assertTrue(libraries.size() > 40, libraries::toString);
  }

  /** A licence that is not looked at yet is for a person to read. */
  @Test
  void licencesAreThoseThatMayBeShipped() throws IOException {
    Set<String> licences =
        Files.readString(root.resolve("THIRD-PARTY.txt"))
            .lines()
            .filter(line -> line.contains(" - "))
            .map(line -> line.strip().replaceFirst("^\\((.*?)\\) .*", "$1"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(Set.of("Apache-2.0", "BSD-3-Clause", "Bouncy Castle Licence", "MIT"), licences);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tunnel-server", "tunnel-agent"})
  void everyCommandHasItsManual(String program) throws Exception {
    Path launcher = root.resolve("bin").resolve(program);
    Program.Run help = Program.run(launcher.toString(), "help");
    assertEquals(0, help.exitCode(), help.output());
    List<String> commands =
        help.output()
            .lines()
            .dropWhile(line -> !line.startsWith("Commands:"))
            .skip(1)
            .takeWhile(line -> line.startsWith("  "))
            .filter(line -> line.matches("  [a-z]+ .*"))
            .map(line -> line.strip().split(" ", 2)[0])
            .filter(name -> !name.equals("help"))
            .toList();
    assertTrue(commands.contains("run") && commands.contains("completion"), help::output);
    for (String command : commands) {
      String page = Files.readString(root.resolve("man/" + program + "-" + command + ".1"));
      for (String part : List.of(".TH ", ".SH \"NAME\"", ".SH \"SYNOPSIS\"", ".SH \"EXAMPLES\"")) {
        assertTrue(page.contains(part), command + " has no " + part);
      }
      assertFalse(page.contains("<arg"), command);
    }
  }

  @Test
  void manualsAreWellFormed() throws Exception {
    Program.need("mandoc");
    for (String page : files("man", ".1")) {
      Program.Run lint =
          Program.run("mandoc", "-T", "lint", "-W", "warning", root + "/man/" + page);
      assertEquals(0, lint.exitCode(), lint.output());
    }
  }

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    Program.need("bash");
    String script =
        """
        source %s/completions/bash/tunnel-server
        COMP_WORDS=(tunnel-server rules ex); COMP_CWORD=2; _complete_tunnel-server 2>/dev/null
        echo "${COMPREPLY[*]}"
        COMP_WORDS=(tunnel-server run --co); COMP_CWORD=2; _complete_tunnel-server 2>/dev/null
        echo "${COMPREPLY[*]}"
        """
            .formatted(root);
    Program.Run bash = Program.run("bash", "-c", script);
    assertEquals("explain\n--config\n", bash.output().replace("explain ", "explain"));
  }

  /**
   * The commands of docs/install.md, on a system that has no more directories than Debian's
   * smallest: a root of its own here, where they are root's and there is no user of a service.
   */
  @Test
  void commandsOfTheGuideInstallTheArchive() throws Exception {
    String guide = Files.readString(root.resolve("docs/install.md"));
    List<String> commands =
        Pattern.compile("(?s)\n```\n(.*?)```\n")
            .matcher(guide)
            .results()
            .map(block -> block.group(1))
            .filter(block -> block.contains("/opt/tunnel/") && !block.contains("JAVA_OPTS"))
            .toList();
    assertEquals(2, commands.size(), commands::toString);
    Path system = temporary.resolve("system");
    for (String there : List.of("opt", "etc/systemd/system", "usr/local/bin", "usr/local/man")) {
      Files.createDirectories(system.resolve(there));
    }
    String script =
        String.join("", commands)
            .replace(" && systemd-sysusers", "")
            .replace(" -g tunnel-server", "")
            .replace("-xzf tunnel-VERSION.tar.gz", "-xzf " + UnpackedArchive.FILE)
            .replace("tunnel-VERSION", root.getFileName().toString())
            .replaceAll(" /(?=opt|etc|usr)", " " + system + "/");
    Program.Run run = Program.run("sh", "-ec", script);
    assertEquals("", run.output());
    assertEquals(0, run.exitCode());
    for (String made :
        List.of(
            "usr/local/bin/tunnel-agent",
            "usr/local/share/man/man1/tunnel-agent-doctor.1",
            "usr/share/zsh/vendor-completions/_tunnel-server",
            "usr/share/bash-completion/completions/tunnel-server",
            "etc/sysusers.d/tunnel.conf",
            "etc/systemd/system/tunnel-server.service",
            "etc/tunnel-server/rules/sample.yaml",
            "etc/tunnel-server/secrets")) {
      assertTrue(Files.exists(system.resolve(made)), made);
    }
  }

  /** A real zsh on a terminal of its own; the very first time too, when it loads the file. */
  @Test
  void zshCompletesCommands() throws Exception {
    Program.need("zsh");
    String script =
        """
        zmodload zsh/zpty
        zpty t zsh -f -i
        until_seen() {
          for i in {1..200}; do
            zpty -r -t t part && seen+=$part
            [[ $seen == *$1* ]] && return 0
            sleep 0.1
          done
          print -r -- "not seen: $1 in $seen"; exit 1
        }
        zpty -w t "fpath=(%s/completions/zsh \\$fpath); autoload -U compinit; compinit -u -D; print re''ady"
        until_seen ready
        seen=
        zpty -w -n t $'tunnel-agent exp\\t'
        until_seen 'tunnel-agent expose'
        zpty -w -n t $'\\025'
        zpty -w t "cd %s/config; print the''re"
        until_seen there
        seen=
        zpty -w -n t $'tunnel-agent run -c serv\\t'
        until_seen 'server.yaml'
        zpty -w -n t $'\\025'
        zpty -w t "shown() { print -r -- \\"<\\$BUFFER>\\"; }; zle -N shown; bindkey '^X' shown; cd %s; print over''there"
        until_seen overthere
        zpty -w -n t $'tunnel-agent run -c conf\\t\\030'
        until_seen '<tunnel-agent run -c config/>'
        [[ $seen == *'not found'* ]] && { print -r -- "$seen"; exit 1 }
        zpty -d t
        """
            .formatted(root, root, root);
    Path file = Files.writeString(temporary.resolve("complete.zsh"), script);
    Program.Run zsh = Program.run(60, Map.of("TERM", "vt100"), "zsh", "-f", file.toString());
    assertEquals(0, zsh.exitCode(), zsh.output());
  }
}
