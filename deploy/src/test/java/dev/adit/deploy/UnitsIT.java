package dev.adit.deploy;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.deploy.program.Program;
import dev.adit.deploy.program.ServerFiles;
import dev.adit.deploy.program.UnpackedArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * systemd's own opinion of the units, and whether the programs can do with what these leave them.
 */
@Timeout(120)
final class UnitsIT {
  private static final double MOST_EXPOSURE = 2.0;
  private static final Pattern EXPOSURE = Pattern.compile("Overall exposure level .*: ([0-9.]+) ");
  private static final Pattern CALL = Pattern.compile("^\\d+ +([a-z_0-9]+)\\(");

  @TempDir static Path temporary = Path.of("");
  private static Path root = Path.of("");

  @BeforeAll
  static void unpack() throws Exception {
    root = UnpackedArchive.into(temporary);
  }

  /** The unit with the program where it is here. */
  private static Path unit(String program) throws IOException {
    String text =
        Files.readString(root.resolve("systemd/" + program + ".service"))
            .replace("ExecStart=" + program, "ExecStart=" + root.resolve("bin/" + program));
    return Files.writeString(temporary.resolve(program + ".service"), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tunnel-server", "tunnel-agent"})
  void systemdHasNothingToSay(String program) throws Exception {
    Program.need("systemd-analyze");
    // The unit names its manual; it is where manuals are here.
    Path manuals = temporary.resolve("manuals");
    Files.createDirectories(manuals.resolve("man1"));
    Files.copy(root.resolve("man/" + program + ".1"), manuals.resolve("man1/" + program + ".1"));
    Program.Run verify =
        Program.run(
            60,
            Map.of("MANPATH", manuals.toString()),
            "systemd-analyze",
            "verify",
            unit(program).toString());
    assertEquals("", verify.output());
    assertEquals(0, verify.exitCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tunnel-server", "tunnel-agent"})
  void littleIsExposed(String program) throws Exception {
    Program.need("systemd-analyze");
    Program.Run security =
        Program.run(
            "systemd-analyze",
            "security",
            "--no-pager",
            "--offline=true",
            unit(program).toString());
    Matcher exposure = EXPOSURE.matcher(security.output());
    assertTrue(exposure.find(), security.output());
    assertTrue(Double.parseDouble(exposure.group(1)) <= MOST_EXPOSURE, security.output());
  }

  /** Netty unpacks native code into it; where that fails systemd would wait for a word in vain. */
  @ParameterizedTest
  @ValueSource(strings = {"tunnel-server", "tunnel-agent"})
  void temporaryDirectoryMayHaveCode(String program) throws Exception {
    List<String> lines = Files.readAllLines(root.resolve("systemd/" + program + ".service"));
    assertTrue(lines.containsAll(List.of("PrivateTmp=yes", "ExecPaths=/tmp")), lines::toString);
  }

  /** After five failures in ten seconds systemd would leave it ended. */
  @ParameterizedTest
  @ValueSource(strings = {"tunnel-server", "tunnel-agent"})
  void isStartedAgainHoweverOften(String program) throws Exception {
    List<String> lines = Files.readAllLines(root.resolve("systemd/" + program + ".service"));
    int unit = lines.indexOf("[Unit]");
    int service = lines.indexOf("[Service]");
    assertTrue(lines.subList(unit, service).contains("StartLimitIntervalSec=0"), lines::toString);
    assertTrue(lines.contains("Restart=on-failure"), lines::toString);
  }

  /** The journal's own limit is less than a busy server's calls. */
  @Test
  void journalTakesLineOfEachCall() throws Exception {
    List<String> lines = Files.readAllLines(root.resolve("systemd/tunnel-server.service"));
    // An interval of 0 would mean the journal's own.
    assertTrue(
        lines.containsAll(List.of("LogRateLimitIntervalSec=1s", "LogRateLimitBurst=100000")),
        lines::toString);
  }

  /** What systemd cannot try without a boot: every system call of a run is one that is allowed. */
  @ParameterizedTest
  @ValueSource(strings = {"tunnel-server", "tunnel-agent"})
  void systemCallsAreAmongThoseAllowed(String program) throws Exception {
    Program.need("systemd-analyze");
    Program.need("strace");
    Path log = temporary.resolve(program + ".strace");
    boolean isServer = program.equals("tunnel-server");
    Process strace =
        Program.start(
            temporary.resolve(program + ".output"),
            Map.of(),
            "strace",
            "-f",
            "-qq",
            "-o",
            log.toString(),
            root.resolve("bin/" + program).toString(),
            "run",
            "-c",
            (isServer ? server() : agent()).toString());
    try {
      String atWork = isServer ? "ready entry=" : "ECONNREFUSED";
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> Files.exists(log) && Program.text(log).contains(atWork));
      // The first line is that of the launcher, which has become the program.
      Program.run("kill", "-TERM", Program.text(log).split(" ", 2)[0]);
      assertTrue(strace.waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, strace.exitValue());
    } finally {
      strace.destroyForcibly();
    }
    Set<String> called =
        Program.text(log)
            .lines()
            .flatMap(line -> CALL.matcher(line).results())
            .map(found -> found.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(called.contains("epoll_wait") || called.contains("epoll_pwait"), called::toString);
    Set<String> refused = new TreeSet<>(called);
    refused.removeAll(allowed(program));
    assertEquals(Set.of(), refused);
  }

  private static Set<String> allowed(String program) throws Exception {
    Set<String> allowed = new TreeSet<>();
    for (String line : Files.readAllLines(unit(program))) {
      if (line.startsWith("SystemCallFilter=~")) {
        for (String set : line.substring("SystemCallFilter=~".length()).split(" ", -1)) {
          allowed.removeAll(callsOf(set));
        }
      } else if (line.startsWith("SystemCallFilter=")) {
        allowed.addAll(callsOf(line.substring("SystemCallFilter=".length())));
      }
    }
    // Always allowed, whatever is listed.
    allowed.addAll(callsOf("@default"));
    allowed.addAll(List.of("execve", "exit", "exit_group", "rt_sigreturn"));
    return allowed;
  }

  private static Set<String> callsOf(String set) throws Exception {
    Set<String> calls = new TreeSet<>();
    Program.Run listed = Program.run("systemd-analyze", "syscall-filter", "--no-pager", set);
    assertEquals(0, listed.exitCode(), listed.output());
    for (String word :
        listed.output().lines().skip(1).map(String::strip).filter(w -> !w.isEmpty()).toList()) {
      if (word.startsWith("@")) {
        calls.addAll(callsOf(word));
      } else if (!word.startsWith("#")) {
        calls.addAll(List.of(word.split(" ", -1)));
      }
    }
    return calls;
  }

  private static Path server() throws IOException {
    return ServerFiles.into(Files.createTempDirectory(temporary, "server-"));
  }

  private static Path agent() throws IOException {
    Path directory = Files.createTempDirectory(temporary, "agent-");
    Files.writeString(directory.resolve("token"), "some-token");
    return Files.writeString(
        directory.resolve("agent.yaml"),
        """
        version: 1
        id: a
        groups: [g]
        servers: [127.0.0.1:1]
        insecure: true
        token: {file: token}
        upstreams: [{name: u, backends: [127.0.0.1:1]}]
        admin: off
        """);
  }
}
