package dev.adit.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.deploy.program.Program;
import dev.adit.deploy.program.UnpackedArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in the Debian packages, and what lintian says of them. */
@Timeout(240)
final class PackagesIT {
  @TempDir Path temporary = Path.of("");

  static Path deb(String program) {
    return UnpackedArchive.SOURCES.resolve("target/" + program + ".deb");
  }

  private static List<String> good(String... words) throws Exception {
    Program.Run run = Program.run(words);
    assertEquals(0, run.exitCode(), run.output());
    return run.output().lines().toList();
  }

  /** Mode and owner of each path. */
  private static Map<String, String> content(String program) throws Exception {
    Program.need("dpkg-deb");
    return good("dpkg-deb", "-c", deb(program).toString()).stream()
        .map(line -> line.split("\\s+", 6))
        .collect(
            Collectors.toMap(
                part -> part[5].replaceFirst("^\\./", "/"), part -> part[0] + " " + part[1]));
  }

  @Test
  void serverHasItsFiles() throws Exception {
    Map<String, String> content = content("tunnel-server");
    assertTrue(content.containsKey("/etc/tunnel-server/agents.yaml"), content::toString);
    assertTrue(content.containsKey("/etc/tunnel-server/rules/example.yaml"), content::toString);
    assertTrue(
        content.containsKey("/usr/share/man/man1/tunnel-server-rules-check.1.gz"),
        content::toString);
    for (String sample :
        List.of("proxies/nginx.conf", "prometheus/alerts.yaml", "grafana/adit.json")) {
      assertEquals(
          "-rw-r--r-- root/root", content.get("/usr/share/doc/tunnel-server/" + sample), sample);
    }
    assertEquals("-rwxr-xr-x root/root", content.get("/usr/share/tunnel-server/bin/tunnel-sample"));
    assertEquals(
        "-rw-r--r-- root/root", content.get("/usr/share/tunnel-server/sample/tunnel-demo.jar"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tunnel-server", "tunnel-agent"})
  void filesAreWhereTheyBelong(String program) throws Exception {
    Map<String, String> content = content(program);
    String config = program.replace("tunnel-", "") + ".yaml";
    Map<String, String> expected =
        Map.ofEntries(
            Map.entry("/etc/" + program + "/" + config, "-rw-r--r-- root/root"),
            Map.entry("/etc/" + program + "/secrets/", "drwx------ root/root"),
            Map.entry("/etc/" + program + "/tls/", "drwxr-x--- root/root"),
            Map.entry(
                "/usr/bin/" + program + " -> ../share/" + program + "/bin/" + program,
                "lrwxrwxrwx root/root"),
            Map.entry("/usr/share/" + program + "/bin/" + program, "-rwxr-xr-x root/root"),
            Map.entry("/usr/share/" + program + "/edited", "-rwxr-xr-x root/root"),
            Map.entry("/usr/share/" + program + "/lib/" + program + ".jar", "-rw-r--r-- root/root"),
            Map.entry(
                "/usr/share/" + program + "/lib/" + program + ".classlist", "-rw-r--r-- root/root"),
            Map.entry("/usr/lib/systemd/system/" + program + ".service", "-rw-r--r-- root/root"),
            Map.entry(
                "/usr/lib/systemd/system/" + program + ".service.d/edited.conf",
                "-rw-r--r-- root/root"),
            Map.entry("/usr/share/bash-completion/completions/" + program, "-rw-r--r-- root/root"),
            Map.entry("/usr/share/zsh/vendor-completions/_" + program, "-rw-r--r-- root/root"),
            Map.entry("/usr/share/man/man1/" + program + "-run.1.gz", "-rw-r--r-- root/root"),
            Map.entry("/usr/share/doc/" + program + "/copyright", "-rw-r--r-- root/root"),
            Map.entry("/usr/share/doc/" + program + "/THIRD-PARTY.txt", "-rw-r--r-- root/root"));
    expected.forEach(
        (path, modes) -> assertEquals(modes, content.get(path), path + " in " + content));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tunnel-server", "tunnel-agent"})
  void everyFileBelowEtcIsKeptOnUpgrade(String program) throws Exception {
    List<String> below =
        content(program).keySet().stream()
            .filter(path -> path.startsWith("/etc/") && !path.endsWith("/"))
            .sorted()
            .toList();
    Path control = temporary.resolve("control");
    good("dpkg-deb", "-e", deb(program).toString(), control.toString());
    assertEquals(
        below, Files.readAllLines(control.resolve("conffiles")).stream().sorted().toList());
  }

  /** The script of the package where all that it calls only notes how: nothing changes here. */
  @ParameterizedTest
  @CsvSource({
    "tunnel-server, 0, true",
    "tunnel-server, 3, false",
    "tunnel-server, 1, true",
    "tunnel-agent, 0, true",
    "tunnel-agent, 3, false"
  })
  void upgradeLeavesAloneWhatWouldNotStartAgain(String program, int checked, boolean restarts)
      throws Exception {
    Path root = Files.createDirectories(temporary.resolve("root"));
    Path control = temporary.resolve("control");
    good("dpkg-deb", "-e", deb(program).toString(), control.toString());
    Files.createDirectories(root.resolve("run/systemd/system"));
    Path calls = root.resolve("calls");
    Path stubs = Files.createDirectories(root.resolve("stubs"));
    for (String name :
        List.of("adduser", "chown", "deb-systemd-helper", "deb-systemd-invoke", "systemctl")) {
      stub(stubs.resolve(name), "echo " + name + " \"$@\" >>" + calls);
    }
    stub(stubs.resolve("dpkg-statoverride"), "exit 0");
    stub(stubs.resolve(program), "exit 0");
    stub(
        stubs.resolve("runuser"),
        "[ \"$*\" = '-u "
            + program
            + " -- "
            + program
            + " check -c /etc/"
            + program
            + "/"
            + program.replace("tunnel-", "")
            + ".yaml' ] && echo what is wrong && exit "
            + checked);
    String script =
        Files.readString(control.resolve("postinst"))
            .replaceAll("(?<= )/(usr/share|run)/", root + "/$1/");
    Path postinst = Files.writeString(root.resolve("postinst"), script);
    Program.Run run =
        Program.run(
            30,
            Map.of("PATH", stubs + ":/usr/bin:/bin"),
            "sh",
            postinst.toString(),
            "configure",
            "0.1");
    assertEquals(0, run.exitCode(), run.output());
    assertEquals(
        restarts,
        Files.readString(calls).contains("deb-systemd-invoke restart " + program + ".service\n"),
        run.output());
    assertEquals(!restarts, run.output().contains("runs on, for this one"), run.output());
    assertEquals(!restarts, run.output().contains("what is wrong"), run.output());
  }

  private static void stub(Path file, String script) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Tag("debian")
  @ParameterizedTest
  @ValueSource(strings = {"tunnel-server", "tunnel-agent"})
  void lintianFindsNoError(String program) throws Exception {
    Program.need("lintian");
    Program.Run lintian =
        Program.run(
            120,
            Map.of(),
            "lintian",
            "--fail-on",
            "error",
            "--allow-root",
            "--tag-display-limit",
            "0",
            deb(program).toString());
    assertEquals(
        "",
        lintian
            .output()
            .lines()
            .filter(line -> line.startsWith("E:"))
            .collect(Collectors.joining("\n")));
    assertEquals(0, lintian.exitCode(), lintian.output());
  }

  /** The example of the package is one that {@code check} takes as it is. */
  @Test
  void shippedRulesAndAgentsAreGood() throws Exception {
    Path tree = temporary.resolve("tree");
    Program.need("dpkg-deb");
    good("dpkg-deb", "-x", deb("tunnel-server").toString(), tree.toString());
    Path etc = tree.resolve("etc/tunnel-server");
    edit(etc.resolve("server.yaml"));
    assertTrue(
        good(tree.resolve("usr/bin/tunnel-server").toString(), "check", "-c", etc + "/server.yaml")
            .toString()
            .contains("good"));
  }

  /** What the sample of the package names is where the package has it. */
  @ParameterizedTest
  @ValueSource(strings = {"tunnel-server", "tunnel-agent"})
  void sampleFitsThePackage(String program) throws Exception {
    Path tree = temporary.resolve("tree");
    Program.need("dpkg-deb");
    good("dpkg-deb", "-x", deb(program).toString(), tree.toString());
    String name = program.replace("tunnel-", "") + ".yaml";
    String sample = Files.readString(tree.resolve("etc/" + program + "/" + name));
    assertEquals(
        sample, Files.readString(tree.resolve("usr/share/" + program + "/config/" + name)));
    List<String> named =
        Pattern.compile("/usr/share/[\\w./-]+\\w")
            .matcher(sample)
            .results()
            .map(MatchResult::group)
            .toList();
    assertEquals(2, named.size(), sample);
    for (String file : named) {
      assertTrue(Files.isRegularFile(tree.resolve(file.substring(1))), file);
    }
    // A token that only root can read is no use to the service; systemd hands it a copy.
    String copy = "/run/credentials/" + program + ".service/secrets_agent.token";
    assertEquals(program.equals("tunnel-agent"), sample.contains("token: {file: " + copy + "}"));
    assertTrue(
        Files.readAllLines(tree.resolve("usr/lib/systemd/system/" + program + ".service"))
            .contains("LoadCredential=secrets:/etc/" + program + "/secrets"));
  }

  private static void edit(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      Files.write(
          file,
          lines
              .filter(line -> !line.contains("tls/entry.crt"))
              .map(line -> line.replaceFirst("^  tls: .*tunnel.crt.*", "  insecure: true"))
              .toList());
    }
  }
}
