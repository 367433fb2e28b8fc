package dev.adit.deploy;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.deploy.program.Program;
import dev.adit.deploy.program.ServerFiles;
import dev.adit.deploy.program.UnpackedArchive;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launchers in the strictest shell there is, with every Java there is, good and bad. */
@Timeout(180)
final class LauncherIT {
  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final String HUGE_PAGES = "/sys/kernel/mm/transparent_hugepage/enabled";

  @TempDir static Path temporary = Path.of("");
  private static Path bin = Path.of("");
  private static String shell = "sh";

  @BeforeAll
  static void unpack() throws Exception {
    // A space, as a path may have one.
    Path directory = Files.createDirectory(temporary.resolve("a place"));
    bin = UnpackedArchive.into(directory).resolve("bin");
    shell = Program.exists("dash") ? "dash" : "sh";
  }

  private static Program.Run launch(Map<String, String> environment, String... words)
      throws Exception {
    String[] all =
        Stream.concat(Stream.of(shell, bin.resolve(words[0]).toString()), Stream.of(words).skip(1))
            .toArray(String[]::new);
    return Program.run(60, environment, all);
  }

  /** Every Java of this machine. */
  static List<Path> javas() throws IOException {
    Path all = Path.of("/usr/lib/jvm");
    if (!Files.isDirectory(all)) {
      return List.of(Path.of(System.getProperty("java.home")));
    }
    Map<Path, Path> homes = new LinkedHashMap<>();
    try (Stream<Path> found = Files.list(all)) {
      for (Path home : found.sorted().toList()) {
        if (Files.isExecutable(home.resolve("bin/java"))) {
          homes.putIfAbsent(home.toRealPath(), home);
        }
      }
    }
    return List.copyOf(homes.values());
  }

  /** Not a word on either output that the program has not said. */
  @ParameterizedTest
  @MethodSource("javas")
  void everyJavaStartsWithoutAWarning(Path home) throws Exception {
    for (String program : List.of("tunnel-server", "tunnel-agent")) {
      Program.Run run = launch(Map.of("JAVA_HOME", home.toString()), program, "version");
      assertEquals(0, run.exitCode(), run.output());
      assertTrue(run.output().startsWith(program + " "), run.output());
      assertTrue(run.output().lines().allMatch(line -> line.matches("\\S+ \\S+")), run.output());
    }
  }

  /** What loads native code and uses memory that Java warns of. */
  @ParameterizedTest
  @MethodSource("javas")
  void serverRunsAndEndsWithoutAWarning(Path home) throws Exception {
    Path directory = Files.createTempDirectory(temporary, "run-");
    Path config = ServerFiles.into(directory);
    Path output = directory.resolve("output");
    Process server =
        Program.start(
            output,
            Map.of("JAVA_HOME", home.toString()),
            shell,
            bin.resolve("tunnel-server").toString(),
            "run",
            "-c",
            config.toString());
    try {
      await().atMost(BOUND).until(() -> Program.text(output).contains("ready entry="));
      // The shell has become Java: what a supervisor signals is the program itself.
      assertTrue(
          server.info().command().orElseThrow().endsWith("/bin/java"), () -> "" + server.info());
      server.destroy();
      assertTrue(server.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS));
    } finally {
      server.destroyForcibly();
    }
    assertEquals(0, server.exitValue(), Program.text(output));
    assertFalse(
        Program.text(output).contains("WARNING") || Program.text(output).contains("[warning]"),
        Program.text(output));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "echo 'openjdk version \"1.8.0_402\"' >&2 | is Java 8: install Java 17 or newer",
        "echo 'openjdk version \"16.0.2\" 2021-07-20' >&2 | is Java 16: install Java 17 or newer",
        "exit 3 | does not say which Java it is: install Java 17 or newer",
      })
  void oldOrBrokenJavaIsToldInOneLine(String script, String expected) throws Exception {
    Path home = Files.createTempDirectory(temporary, "java-");
    executable(home.resolve("bin/java"), script);
    Program.Run run = launch(Map.of("JAVA_HOME", home.toString()), "tunnel-agent", "version");
    assertEquals(1, run.exitCode());
    assertEquals(1, run.output().lines().count(), run.output());
    assertTrue(run.line().startsWith("tunnel-agent: "), run.line());
    assertTrue(run.line().contains(expected), run.line());
  }

  @Test
  void missingJavaIsToldInOneLine() throws Exception {
    Program.Run run = launch(Map.of("JAVA_HOME", "/nowhere"), "tunnel-server", "version");
    assertEquals(1, run.exitCode());
    assertEquals(
        "tunnel-server: JAVA_HOME names no Java, there is no /nowhere/bin/java: set it to the"
            + " directory of a Java 17 or newer, or unset it\n",
        run.output());

    Path tools = Files.createTempDirectory(temporary, "tools-");
    for (String tool : List.of("dirname", "readlink", "sed", "head")) {
      executable(tools.resolve(tool), "exec /usr/bin/" + tool + " \"$@\"");
    }
    Program.Run none =
        Program.run(
            60,
            Map.of("PATH", tools.toString()),
            "/bin/sh",
            bin.resolve("tunnel-server").toString(),
            "version");
    assertEquals(1, none.exitCode());
    assertEquals(
        "tunnel-server: there is no java in PATH: install Java 17 or newer, or set JAVA_HOME to"
            + " where it is\n",
        none.output());
  }

  private static void executable(Path file, String script) throws IOException {
    Files.createDirectories(file.resolveSibling(""));
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** What Java is given, as a Java that only repeats it sees it. */
  private List<String> given(String release, Map<String, String> environment, String program)
      throws Exception {
    Path home = Files.createTempDirectory(temporary, "echo-");
    executable(home.resolve("bin/java"), "printf '%s\\n' \"$@\"");
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + release + "\"\n");
    Map<String, String> all = new LinkedHashMap<>(environment);
    all.put("JAVA_HOME", home.toString());
    return launch(all, program, "run", "-c", "a file.yaml").output().lines().toList();
  }

  @ParameterizedTest
  @CsvSource({
    "17.0.15, false",
    "21.0.1, false",
    "22, false",
    "23, true",
    "24.0.1, true",
    "25, true"
  })
  void optionsFitTheJava(String release, boolean asksForUnsafe) throws Exception {
    List<String> words = given(release, Map.of(), "tunnel-server");
    assertEquals(
        asksForUnsafe, words.contains("--sun-misc-unsafe-memory-access=allow"), words::toString);
    assertTrue(words.contains("--enable-native-access=ALL-UNNAMED"), words::toString);
    assertTrue(words.contains("-XX:+UseSerialGC"), words::toString);
    assertTrue(words.contains("-XX:-UsePerfData"), words::toString);
    assertEquals(
        List.of("dev.adit.server.cli.ServerCommand", "run", "-c", "a file.yaml"),
        words.subList(words.size() - 4, words.size()));
  }

  /** A Java that does not know the option would not start. */
  @ParameterizedTest
  @CsvSource({
    "17, false",
    "17.0.8.1, false",
    "17.0.9, true",
    "17.0.15, true",
    "20.0.2, false",
    "21, false",
    "21.0.1, true",
    "22, true",
    "25.0.3, true"
  })
  void memoryIsTrimmedWhereJavaCan(String release, boolean trims) throws Exception {
    List<String> words = given(release, Map.of(), "tunnel-agent");
    assertEquals(trims, words.contains("-XX:TrimNativeHeapInterval=5000"), words::toString);
  }

  /** Whatever this kernel says: a copy of the launcher reads what others say. */
  @ParameterizedTest
  @CsvSource({
    "[always] madvise never, true",
    "always [madvise] never, true",
    "always madvise [never], false",
    "'', false"
  })
  void hugePagesAreAskedForWhereTheKernelGivesThem(String kernel, boolean asksFor)
      throws Exception {
    Path copy = Files.createTempDirectory(bin.resolveSibling(""), "huge-");
    Path setting = copy.resolve("enabled");
    if (!kernel.isEmpty()) {
      Files.writeString(setting, kernel + "\n");
    }
    String launcher = Files.readString(bin.resolve("tunnel-agent"));
    assertTrue(launcher.contains(HUGE_PAGES), launcher);
    Path program =
        Files.writeString(
            copy.resolve("tunnel-agent"), launcher.replace(HUGE_PAGES, "'" + setting + "'"));
    List<String> words = given("17", Map.of(), program.toString());
    assertEquals(asksFor, words.contains("-XX:+UseTransparentHugePages"), words::toString);
  }

  /** Two hundred classes, which the limits of inlining would bring with each start. */
  @ParameterizedTest
  @MethodSource("javas")
  void serverRunsWithoutJmx(Path home) throws Exception {
    Path directory = Files.createTempDirectory(temporary, "classes-");
    Path classes = directory.resolve("classes");
    Path config = ServerFiles.into(directory);
    Process server =
        Program.start(
            directory.resolve("output"),
            Map.of("JAVA_HOME", home.toString(), "JAVA_OPTS", "-Xlog:class+load:file=" + classes),
            shell,
            bin.resolve("tunnel-server").toString(),
            "run",
            "-c",
            config.toString());
    try {
      await().atMost(BOUND).until(() -> Program.text(classes).contains(".DiagnosticCommandImpl "));
    } finally {
      server.destroyForcibly().waitFor();
    }
    assertFalse(Program.text(classes).contains("com.sun.jmx.mbeanserver.JmxMBeanServer "));
  }

  @Test
  void javaOptsHasTheLastWord() throws Exception {
    List<String> words = given("17", Map.of("JAVA_OPTS", "-XX:+UseZGC  -Xms256m"), "tunnel-agent");
    assertFalse(words.contains("-XX:+UseSerialGC"), words::toString);
    assertTrue(words.contains("-XX:+UseZGC"), words::toString);
    String lines = "-Xmx1g\n-XX:+UseG1GC\n";
    assertFalse(
        given("17", Map.of("JAVA_OPTS", lines), "tunnel-agent").contains("-XX:+UseSerialGC"));
    String none = "-XX:+UseStringDeduplication -XX:+DisableExplicitGC";
    assertTrue(given("17", Map.of("JAVA_OPTS", none), "tunnel-agent").contains("-XX:+UseSerialGC"));
    List<String> heap = given("17", Map.of("JAVA_OPTS", "-Xms256m"), "tunnel-agent");
    assertTrue(heap.indexOf("-Xms256m") > heap.indexOf("-Xms12m"), heap::toString);
    assertTrue(heap.contains("-Xms12m"), heap::toString);
  }

  /** As systemd, cron and images start it where nobody has said which locale there is. */
  @ParameterizedTest
  @ValueSource(strings = {"LC_ALL=C", "LC_ALL=POSIX", "LC_ALL= LC_CTYPE= LANG="})
  void namesOfFilesAreReadWhateverTheLocale(String locale) throws Exception {
    Path directory = Files.createTempDirectory(temporary, "names-");
    ServerFiles.into(directory);
    // Made by the shell: what this Java can name depends on the locale of the build.
    String script =
        "umlaut=$(printf '\\303\\274'); mkdir \"$1/$umlaut\""
            + " && cp -r \"$1/server.yaml\" \"$1/agents.yaml\" \"$1/rules\" \"$1/$umlaut\""
            + " && exec env "
            + locale
            + " \"$0\" check -c \"$1/$umlaut/server.yaml\"";
    Program.Run run =
        Program.run(
            shell, "-c", script, bin.resolve("tunnel-server").toString(), directory.toString());
    assertEquals(0, run.exitCode(), run.output());
  }

  /** What a server says until it is ready. */
  private static String start(Map<String, String> environment, String... by) throws Exception {
    Path directory = Files.createTempDirectory(temporary, "start-");
    Path output = directory.resolve("output");
    List<String> words = new ArrayList<>(List.of(by));
    words.addAll(List.of(shell, bin.resolve("tunnel-server").toString(), "run", "-c"));
    words.add(ServerFiles.into(directory).toString());
    Process server = Program.start(output, environment, words.toArray(String[]::new));
    try {
      await().atMost(BOUND).until(() -> Program.text(output).contains("ready entry="));
    } finally {
      server.destroyForcibly().waitFor();
    }
    return Program.text(output);
  }

  /** As where /tmp may not be written, or nothing there executed. */
  @Test
  void nativeCodeThatCannotBeUnpackedIsMissedAloud() throws Exception {
    Program.need(Epoll.isAvailable(), "epoll");
    String told = start(Map.of("JAVA_OPTS", "-Dio.netty.native.workdir=/proc"));
    assertTrue(told.contains("WARN ServerLogs - native code cannot be used, so that"), told);
    assertTrue(told.contains("let files in /proc be written and executed"), told);
  }

  @Test
  void machineWithoutHardwareAddressIsNothingToWarnOf() throws Exception {
    boolean able =
        Program.exists("unshare") && Program.run("unshare", "--net", "true").exitCode() == 0;
    Program.need(able, "right to make a network for us");
    String told = start(Map.of(), "unshare", "--net");
    assertFalse(told.contains("MacAddressUtil"), told);
  }

  @Test
  void linkLeadsToTheProgram() throws Exception {
    Path directory = Files.createDirectory(temporary.resolve("usr-bin"));
    Files.createSymbolicLink(directory.resolve("middle"), bin);
    Path link =
        Files.createSymbolicLink(directory.resolve("tunnel-agent"), Path.of("middle/tunnel-agent"));
    Program.Run run = Program.run(shell, link.toString(), "version");
    assertEquals(0, run.exitCode(), run.output());
  }

  /** The step of docs/install.md, with every Java; each has an archive of its own. */
  @Test
  void keptClassesAreUsed() throws Exception {
    // Not in a path with a space: Java keeps classes only of jars without one.
    Path plain = Files.createDirectory(temporary.resolve("plain"));
    Path home = UnpackedArchive.into(plain);
    String launcher = home.resolve("bin/tunnel-agent").toString();
    for (Path java : javas()) {
      Program.Run dump =
          Program.run(
              60,
              Map.of("JAVA_HOME", java.toString(), "JAVA_OPTS", "-Xshare:dump"),
              shell,
              launcher);
      assertEquals(0, dump.exitCode(), dump.output());
      assertEquals("", dump.output());
    }
    for (Path java : javas()) {
      assertTrue(isKept(launcher, java), java::toString);
    }
    // Another program in the place of the one whose classes they are: it starts without them.
    try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
      Path own =
          jars.filter(jar -> jar.toString().contains("tunnel-agent-")).findAny().orElseThrow();
      Files.setLastModifiedTime(own, FileTime.from(Instant.EPOCH));
    }
    for (Path java : javas()) {
      assertFalse(isKept(launcher, java), java::toString);
      Program.Run run =
          Program.run(60, Map.of("JAVA_HOME", java.toString()), shell, launcher, "version");
      assertEquals(0, run.exitCode(), run.output());
      assertTrue(run.output().startsWith("tunnel-agent "), run.output());
    }
  }

  /** Whether the program comes out of an archive. */
  private static boolean isKept(String launcher, Path java) throws Exception {
    Program.Run run =
        Program.run(
            60,
            Map.of("JAVA_HOME", java.toString(), "JAVA_OPTS", "-Xlog:class+load:stdout"),
            shell,
            launcher,
            "version");
    return run.output()
        .lines()
        .filter(line -> line.contains("dev.adit.agent.cli.AgentCommand source: "))
        .findFirst()
        .orElseThrow()
        .contains("source: shared objects file");
  }
}
