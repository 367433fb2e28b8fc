package dev.adit.conformance.shipped;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.tools.Tool;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The versions that {@code version} prints are those inside, and none has a known hole. */
@Timeout(60)
final class LibrariesIT {
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  /** The first version of each library in which everything known is mended; docs/security.md. */
  private static final Map<String, List<String>> SOUND_FROM =
      Map.of(
          "netty", List.of("4.1.137", "4.2.17"),
          "grpc", List.of("1.83.1"),
          "protobuf", List.of("4.28.2"),
          "snakeyaml", List.of("2.0"),
          "bouncycastle", List.of("1.84"),
          "nimbus-jose-jwt", List.of("10.0.2"),
          "guava", List.of("32.0.1"),
          "gson", List.of("2.8.9"));

  @TempDir Path temporary;

  private static Path jar(String program) {
    return Path.of(Objects.requireNonNull(System.getProperty(program + ".jar")));
  }

  /** What a program says of itself: its own line under its name, then each library. */
  private Map<String, String> printed(String program, String word) throws Exception {
    Tool.Run run =
        Tool.run(
                temporary,
                30,
                List.of(
                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                    "-jar",
                    jar(program).toString(),
                    word))
            .orElseThrow();
    assertEquals(0, run.exitCode(), run.output());
    Map<String, String> versions = new LinkedHashMap<>();
    run.output()
        .lines()
        .forEach(line -> versions.put(line.substring(0, line.indexOf(' ')), line.split(" ", 2)[1]));
    return versions;
  }

  @ParameterizedTest
  @ValueSource(strings = {"server", "agent"})
  void whatVersionPrintsIsWhatIsInside(String program) throws Exception {
    Map<String, String> printed = printed(program, "version");
    assertEquals("tunnel-" + program, printed.keySet().iterator().next());
    assertEquals(printed, printed(program, "--version"));
    Properties netty = nettyVersions(program);
    assertTrue(netty.size() > 10, netty::toString);
    netty
        .stringPropertyNames()
        .forEach(
            name ->
                assertEquals(
                    printed.get(name.startsWith("netty-tcnative") ? "netty-tcnative" : "netty"),
                    netty.getProperty(name),
                    name));
    try (URLClassLoader inside =
        new URLClassLoader(new URL[] {jar(program).toUri().toURL()}, null)) {
      assertEquals(grpcVersion(inside), printed.get("grpc"));
      assertEquals(protobufVersion(inside), printed.get("protobuf"));
      assertEquals(bouncyCastleVersion(inside), printed.get("bouncycastle"));
      assertEquals(openTelemetryVersion(inside), printed.get("opentelemetry"));
    }
  }

  private static Properties nettyVersions(String program) throws IOException {
    Properties all = new Properties();
    try (JarFile file = new JarFile(jar(program).toFile());
        InputStream in =
            file.getInputStream(file.getEntry("META-INF/io.netty.versions.properties"))) {
      all.load(in);
    }
    Properties versions = new Properties();
    all.stringPropertyNames().stream()
        .filter(name -> name.endsWith(".version"))
        .forEach(name -> versions.setProperty(name, all.getProperty(name)));
    return versions;
  }

  private static String grpcVersion(ClassLoader inside) throws ReflectiveOperationException {
    Object build =
        inside.loadClass("io.grpc.internal.GrpcUtil").getMethod("getGrpcBuildVersion").invoke(null);
    Method version = build.getClass().getMethod("getImplementationVersion");
    version.setAccessible(true);
    return String.valueOf(version.invoke(build));
  }

  private static String protobufVersion(ClassLoader inside) throws ReflectiveOperationException {
    Class<?> runtime = inside.loadClass("com.google.protobuf.RuntimeVersion");
    return runtime.getField("MAJOR").get(null)
        + "."
        + runtime.getField("MINOR").get(null)
        + "."
        + runtime.getField("PATCH").get(null);
  }

  private static String bouncyCastleVersion(ClassLoader inside)
      throws ReflectiveOperationException {
    return ((java.security.Provider)
            inside
                .loadClass("org.bouncycastle.jce.provider.BouncyCastleProvider")
                .getConstructor()
                .newInstance())
        .getVersionStr();
  }

  private static String openTelemetryVersion(ClassLoader inside) throws IOException {
    Properties versions = new Properties();
    try (InputStream in =
        Objects.requireNonNull(
            inside.getResourceAsStream("io/opentelemetry/api/version.properties"))) {
      versions.load(in);
    }
    return versions.getProperty("sdk.version");
  }

  @ParameterizedTest
  @ValueSource(strings = {"server", "agent"})
  void noLibraryIsOlderThanItsLastHole(String program) throws Exception {
    Map<String, String> printed = printed(program, "version");
    SOUND_FROM.forEach(
        (name, from) -> {
          String version = printed.get(name);
          if (version != null) {
            assertTrue(isSound(version, from), name + " " + version + " is older than " + from);
          }
        });
    assertTrue(printed.containsKey("netty") && printed.containsKey("grpc"));
  }

  /** Whether a version is one of the lines that are maintained, and late enough in it. */
  private static boolean isSound(String version, List<String> from) {
    List<Integer> numbers = numbers(version);
    List<Integer> last = numbers(from.get(from.size() - 1));
    return from.stream()
            .map(LibrariesIT::numbers)
            .anyMatch(
                first ->
                    first.subList(0, 2).equals(numbers.subList(0, 2))
                        && compare(numbers, first) >= 0)
        || compare(numbers.subList(0, 2), last.subList(0, 2)) > 0;
  }

  private static List<Integer> numbers(String version) {
    Matcher found = NUMBER.matcher(version);
    return found.results().map(each -> Integer.valueOf(each.group())).toList();
  }

  private static int compare(List<Integer> one, List<Integer> other) {
    for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
      int order = one.get(i).compareTo(other.get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
