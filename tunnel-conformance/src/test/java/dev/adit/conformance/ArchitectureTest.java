package dev.adit.conformance;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.adit.conformance.docs.Document;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which package may use which, which may use a library, and how large packages and files may grow.
 *
 * <p>Data flows both ways through the product, imports only one. A new package gets a line here.
 */
final class ArchitectureTest {
  private static final String ROOT = "dev.adit.";
  private static final String[] PRODUCT = {
    "dev.adit.core..", "dev.adit.server..", "dev.adit.agent..", "dev.adit.tracing.."
  };
  private static final int MAX_FILES = 10;
  private static final int MAX_LINES = 400;
  private static final String BANNED_NAME = ".*[.$]\\w+(Manager|Helper|Utils?|Impl|Base|Info|Data)";

  /** What each package may use of ours, besides itself. A name stands for its subpackages too. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("core.admin", Set.of("core.http2", "core.process", "core.token")),
          Map.entry("core.call", Set.of()),
          Map.entry("core.cli", Set.of("core.config", "core.process", "core.status")),
          Map.entry("core.config", Set.of()),
          Map.entry("core.drain", Set.of("core.call")),
          Map.entry("core.flow", Set.of("core.call")),
          Map.entry("core.http2", Set.of("core.call", "core.flow", "core.peer")),
          Map.entry("core.logging", Set.of("core.config")),
          Map.entry("core.match", Set.of("core.call", "core.config", "core.name")),
          Map.entry("core.metrics", Set.of("core.admin", "core.flow", "core.process", "core.tls")),
          Map.entry("core.name", Set.of()),
          Map.entry("core.peer", Set.of()),
          Map.entry("core.process", Set.of("core.flow")),
          Map.entry("core.status", Set.of("core.process")),
          Map.entry("core.systemd", Set.of()),
          Map.entry("core.tls", Set.of("core.process")),
          Map.entry("core.token", Set.of()),
          Map.entry("core.trace", Set.of("core.call", "core.config", "core.http2")),
          Map.entry("core.tunnel", Set.of("core.call", "core.flow", "core.wire", "proto")),
          Map.entry("core.upstream", Set.of("core.call", "core.config", "core.match", "core.name")),
          Map.entry("core.wire", Set.of("core.call", "core.flow", "proto")),
          Map.entry(
              "server.accesslog",
              Set.of("core", "server.config", "server.policy", "server.registry")),
          Map.entry(
              "server.admin",
              Set.of(
                  "core",
                  "proto",
                  "server.calls",
                  "server.config",
                  "server.metrics",
                  "server.policy",
                  "server.registry",
                  "server.routing",
                  "server.rules")),
          Map.entry("server.calls", Set.of("core", "server.accesslog", "server.policy")),
          Map.entry("server.app", Set.of("core", "server")),
          Map.entry(
              "server.cli",
              Set.of(
                  "core",
                  "server.admin",
                  "server.app",
                  "server.config",
                  "server.registry",
                  "server.routing",
                  "server.rules",
                  "server.setup")),
          Map.entry("server.config", Set.of("core")),
          Map.entry(
              "server.dispatch",
              Set.of("core", "server.policy", "server.registry", "server.routing")),
          Map.entry("server.identity", Set.of("core", "server.config")),
          Map.entry(
              "server.entry",
              Set.of(
                  "core",
                  "server.accesslog",
                  "server.calls",
                  "server.config",
                  "server.dispatch",
                  "server.metrics",
                  "server.policy",
                  "server.registry",
                  "server.routing",
                  "server.trace")),
          Map.entry(
              "server.metrics",
              Set.of("core", "server.accesslog", "server.registry", "server.rules")),
          Map.entry("server.policy", Set.of("core")),
          Map.entry("server.registry", Set.of("core")),
          Map.entry("server.routing", Set.of("core", "server.policy")),
          Map.entry("server.setup", Set.of("core")),
          Map.entry("server.rules", Set.of("core", "server.policy", "server.routing")),
          Map.entry(
              "server.trace",
              Set.of("core", "server.accesslog", "server.dispatch", "server.registry")),
          Map.entry(
              "server.tunnel",
              Set.of(
                  "core",
                  "proto",
                  "server.config",
                  "server.identity",
                  "server.metrics",
                  "server.policy",
                  "server.registry")),
          Map.entry(
              "agent.admin", Set.of("agent.backend", "agent.config", "agent.routing", "core")),
          Map.entry("agent.app", Set.of("agent", "core")),
          Map.entry("agent.backend", Set.of("core")),
          Map.entry(
              "agent.cli",
              Set.of("agent.app", "agent.config", "agent.doctor", "agent.sync", "core")),
          Map.entry("agent.config", Set.of("core")),
          Map.entry(
              "agent.dispatch", Set.of("agent.backend", "agent.metrics", "agent.routing", "core")),
          Map.entry(
              "agent.doctor",
              Set.of(
                  "agent.backend",
                  "agent.config",
                  "agent.dispatch",
                  "agent.health",
                  "agent.metrics",
                  "agent.routing",
                  "agent.sync",
                  "agent.tunnel",
                  "core")),
          Map.entry("agent.metrics", Set.of("agent.backend", "core")),
          Map.entry("agent.routing", Set.of("core")),
          Map.entry(
              "agent.sync",
              Set.of(
                  "agent.backend",
                  "agent.config",
                  "agent.dispatch",
                  "agent.health",
                  "agent.routing",
                  "core")),
          Map.entry("agent.health", Set.of("agent.backend", "core")),
          Map.entry(
              "agent.tunnel",
              Set.of(
                  "agent.config",
                  "agent.dispatch",
                  "agent.metrics",
                  "agent.sync",
                  "core",
                  "proto")),
          Map.entry("tracing", Set.of("core")));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.adit");

  @Test
  void everyPackageOfTheProductHasItsLineHere() {
    Set<String> without =
        CLASSES.that(resideInAnyPackage(PRODUCT)).stream()
            .map(type -> type.getPackageName().substring(ROOT.length()))
            .filter(name -> MAY_USE.keySet().stream().noneMatch(known -> isWithin(known, name)))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(Set.of(), without);
  }

  private static boolean isWithin(String outer, String name) {
    return name.equals(outer) || name.startsWith(outer + ".");
  }

  static Stream<String> packages() {
    return new TreeMap<>(MAY_USE).keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void packageUsesOnlyWhatItMay(String name) {
    String[] allowed =
        Stream.concat(Stream.of(name), MAY_USE.getOrDefault(name, Set.of()).stream())
            .map(used -> ROOT + used + "..")
            .toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage(ROOT + name + "..")
        .should()
        .onlyDependOnClassesThat(
            not(resideInAPackage("dev.adit..")).or(resideInAnyPackage(allowed)))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"core", "server", "agent", "demo"})
  void packagesOfAModuleAreFreeOfCycles(String module) {
    slices()
        .matching(ROOT + module + ".(**)")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  /** Its jar runs the product's jars and has none of their classes. */
  @Test
  void demoUsesNoClassOfTheProduct() {
    classes()
        .that()
        .resideInAPackage(ROOT + "demo..")
        .should()
        .onlyDependOnClassesThat(
            not(resideInAPackage("dev.adit..")).or(resideInAnyPackage(ROOT + "demo..")))
        .check(CLASSES);
  }

  @Test
  void grpcIsUsedOnlyByTheTunnelAndTheAdminPort() {
    onlyIn(
        "io.grpc..",
        "core.wire",
        "core.tunnel",
        "server.tunnel",
        "agent.tunnel",
        "server.admin",
        "tracing");
  }

  @Test
  void http2CodecIsUsedOnlyAtTheEdges() {
    onlyIn(
        "io.netty.handler.codec.http2..",
        "core.http2",
        "core.tls",
        "server.entry",
        "agent.backend");
  }

  @Test
  void yamlIsReadOnlyByCoreConfig() {
    onlyIn("org.yaml.snakeyaml..", "core.config");
  }

  @Test
  void bouncyCastleIsUsedOnlyForCertificates() {
    onlyIn("org.bouncycastle..", "core.tls");
  }

  @Test
  void commandLineIsParsedOnlyInCli() {
    onlyIn("picocli..", "core.cli", "server.cli", "agent.cli");
  }

  @Test
  void tokensAreParsedInOnePlace() {
    onlyIn("com.nimbusds..", "server.policy.auth");
  }

  @Test
  void metricsAreMadeInOnePlaceOfEachProcess() {
    onlyIn("io.prometheus..", "core.metrics", "server.metrics", "agent.metrics");
  }

  @Test
  void spansAreSentByOneModule() {
    onlyIn("io.opentelemetry..", "tracing");
  }

  @Test
  void coreConfigUsesNothingButYamlAndTheJdk() {
    classes()
        .that()
        .resideInAPackage("dev.adit.core.config..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.adit.core.config..", "java..", "org.jspecify.annotations", "org.yaml.snakeyaml..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void noNameHidesWhatATypeIs() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.adit.proto..", "dev.adit.demo.proto..")
        .should()
        .haveNameMatching(BANNED_NAME)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void packagesHaveAtMostTenFilesThoseOfTestsToo() throws IOException {
    Map<Path, Long> files =
        sources().stream()
            .filter(file -> !file.endsWith("package-info.java"))
            .collect(Collectors.groupingBy(Path::getParent, TreeMap::new, Collectors.counting()));
    assertTrue(files.size() > 100, "only " + files.size() + " packages are seen");
    files.values().removeIf(count -> count <= MAX_FILES);
    assertEquals(Map.of(), files);
  }

  @Test
  void filesHaveAtMostFourHundredLines() throws IOException {
    Map<Path, Long> lines = new TreeMap<>();
    for (Path file : sources()) {
      try (Stream<String> text = Files.lines(Document.ROOT.resolve(file))) {
        lines.put(file, text.count());
      }
    }
    lines.values().removeIf(count -> count <= MAX_LINES);
    assertEquals(Map.of(), lines);
  }

  /** All Java files that people write, in all modules. */
  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    Files.walkFileTree(
        Document.ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            String name = String.valueOf(directory.getFileName());
            return name.equals("target") || name.startsWith(".")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              sources.add(Document.ROOT.relativize(file));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return sources;
  }

  private static void onlyIn(String library, String... users) {
    noClasses()
        .that(resideInAnyPackage(PRODUCT))
        .and()
        .resideOutsideOfPackages(
            Arrays.stream(users).map(user -> ROOT + user + "..").toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .allowEmptyShould(true)
        .check(CLASSES);
  }
}
