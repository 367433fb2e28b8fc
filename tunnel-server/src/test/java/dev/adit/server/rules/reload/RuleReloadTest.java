package dev.adit.server.rules.reload;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.config.ConfigException;
import dev.adit.server.routing.Router;
import dev.adit.server.routing.RoutingTable;
import dev.adit.testing.jwt.TestIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
final class RuleReloadTest {

  /** "Live within 2 s", with room for a busy machine. */
  private static final Duration SOON = Duration.ofSeconds(6);

  @TempDir private Path directory = Path.of("");

  private final Router router = new Router(RoutingTable.EMPTY);
  private final List<ReloadStatus> told = new CopyOnWriteArrayList<>();

  @Test
  void changedFileComesIntoForce() throws Exception {
    write("a.yaml", "one");
    try (RuleReload reload = start()) {
      assertEquals(List.of("one"), names());
      write("a.yaml", "two");
      await().atMost(SOON).until(() -> names().equals(List.of("two")));
      assertTrue(reload.status().isCurrent());
      assertEquals(2, reload.status().loaded());
    }
  }

  @Test
  void renamedAddedAndDeletedFilesAreSeen() throws Exception {
    write("a.yaml", "one");
    try (RuleReload reload = start()) {
      write("b.tmp", "two");
      Files.move(directory.resolve("b.tmp"), directory.resolve("b.yaml"));
      await().atMost(SOON).until(() -> names().equals(List.of("one", "two")));
      write("a.yaml~", "three");
      Files.move(
          directory.resolve("a.yaml~"),
          directory.resolve("a.yaml"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      await().atMost(SOON).until(() -> names().equals(List.of("three", "two")));
      Files.delete(directory.resolve("b.yaml"));
      await().atMost(SOON).until(() -> names().equals(List.of("three")));
      assertEquals(0, reload.status().refused());
    }
  }

  /** Written more often than four times a second, they were never read. */
  @Test
  void filesThatNeverRestComeIntoForceAllTheSame() throws Exception {
    write("a.yaml", "one");
    try (RuleReload reload = start()) {
      AtomicInteger version = new AtomicInteger();
      await()
          .pollInterval(Duration.ofMillis(20))
          .atMost(SOON.multipliedBy(5))
          .until(
              () -> {
                write("next", "two");
                Files.writeString(
                    directory.resolve("next"),
                    "# " + version.incrementAndGet() + "\n",
                    StandardOpenOption.APPEND);
                Files.move(
                    directory.resolve("next"),
                    directory.resolve("a.yaml"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
                return names().equals(List.of("two"));
              });
      assertEquals(0, reload.status().refused());
    }
  }

  /** An empty set is legal, but hardly meant, and a name is soon mistaken. */
  @Test
  void rulesThatVanishAndFilesThatAreNotReadAreWarnings() throws Exception {
    write("a.yaml", "one");
    try (RuleReload reload = start()) {
      assertEquals(List.of(), reload.status().warnings());
      write("b.yml", "two");
      String unread =
          directory.resolve("b.yml") + ": is not read: names of rule files end with .yaml";
      await().atMost(SOON).until(() -> warnings(reload).equals(List.of(unread)));
      assertEquals(List.of("one"), names());
      Files.delete(directory.resolve("a.yaml"));
      String none = directory + ": no rule: every call is refused (reason no-rule)";
      await().atMost(SOON).until(() -> warnings(reload).equals(List.of(none, unread)));
      assertEquals(List.of(), names());
      Files.move(directory.resolve("b.yml"), directory.resolve("b.yaml"));
      await().atMost(SOON).until(() -> warnings(reload).isEmpty());
      assertEquals(List.of("two"), names());
    }
  }

  private static List<String> warnings(RuleReload reload) {
    return reload.status().warnings().stream().map(Object::toString).toList();
  }

  @Test
  void symlinkSwapOfAConfigMapIsSeen() throws Exception {
    Path data = directory.resolve("..data");
    version("..v1", "one");
    Files.createSymbolicLink(data, Path.of("..v1"));
    Files.createSymbolicLink(directory.resolve("a.yaml"), Path.of("..data/a.yaml"));
    try (RuleReload reload = start()) {
      assertEquals(List.of("one"), names());
      version("..v2", "two");
      Path swapped = directory.resolve("..data_tmp");
      Files.createSymbolicLink(swapped, Path.of("..v2"));
      Files.move(
          swapped, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      await().atMost(SOON).until(() -> names().equals(List.of("two")));
      assertTrue(reload.status().isCurrent());
    }
  }

  /** As by a mount that went away: what it held must not just be missing. */
  @Test
  void linkThatLeadsToNoFileIsAProblem() throws Exception {
    version("..v1", "one");
    Files.createSymbolicLink(directory.resolve("a.yaml"), Path.of("..v1/a.yaml"));
    write("b.yaml", "two");
    try (RuleReload reload = start()) {
      assertEquals(List.of("one", "two"), names());
      Files.delete(directory.resolve("..v1/a.yaml"));
      await().atMost(SOON).until(() -> !reload.status().isCurrent());
      assertEquals(List.of("one", "two"), names());
      assertTrue(reload.status().problems().toString().contains("leads to no file"));
      Files.delete(directory.resolve("a.yaml"));
      await().atMost(SOON).until(() -> names().equals(List.of("two")));
    }
  }

  @Test
  void lastGoodRulesStayWholeUntilTheFilesAreMended() throws Exception {
    write("a.yaml", "one");
    write("b.yaml", "two");
    try (RuleReload reload = start()) {
      String good = reload.status().hash();
      Files.writeString(directory.resolve("b.yaml"), "version: 1\nrules:\n- {nmae: x, to: g}\n");
      write("a.yaml", "three");
      await().atMost(SOON).until(() -> !reload.status().isCurrent());
      assertEquals(List.of("one", "two"), names());
      assertEquals(good, reload.status().hash());
      assertTrue(reload.status().problems().toString().contains("b.yaml:3:4: rules[0].nmae"));
      write("b.yaml", "four");
      await().atMost(SOON).until(() -> names().equals(List.of("three", "four")));
      assertTrue(reload.status().isCurrent());
      assertTrue(reload.status().refused() >= 1);
    }
  }

  private static final String WITH_KEYS =
      """
      version: 1
      rules:
      - {name: one, to: g, auth: {jwt: {jwksFile: keys/set.json, audience: a}}}
      """;

  private String keysInForce() {
    return String.valueOf(router.table().rules().get(0).auth());
  }

  @Test
  void filesThatRulesNameAreFollowedLikeTheRules() throws Exception {
    Path keys = Files.createDirectory(directory.resolve("keys")).resolve("set.json");
    Files.writeString(keys, TestIssuer.ec("k").jwks());
    Files.writeString(directory.resolve("a.yaml"), WITH_KEYS);
    try (RuleReload reload = start()) {
      String first = keysInForce();
      Files.writeString(keys, "{");
      await().atMost(SOON).until(() -> !reload.status().isCurrent());
      String problems = reload.status().problems().toString();
      assertTrue(problems.contains("a.yaml:3:45: rules[0].auth.jwt.jwksFile"), problems);
      assertEquals(first, keysInForce());
      Files.delete(keys);
      await().atMost(SOON).until(() -> reload.status().refused() == 2);
      assertEquals(first, keysInForce());
      Files.writeString(keys, TestIssuer.ec("k").jwks());
      await().atMost(SOON).until(() -> reload.status().isCurrent());
      assertNotEquals(first, keysInForce());
    }
  }

  @Test
  void fileThatIsNamedLaterIsFollowedFromThenOn() throws Exception {
    Path keys = Files.createDirectory(directory.resolve("keys")).resolve("set.json");
    Files.writeString(keys, TestIssuer.ec("k").jwks());
    write("a.yaml", "one");
    try (RuleReload reload = start()) {
      Files.writeString(directory.resolve("a.yaml"), WITH_KEYS);
      await().atMost(SOON).until(() -> reload.status().loaded() == 2);
      String first = keysInForce();
      Files.writeString(keys, TestIssuer.ec("k").jwks());
      await().atMost(SOON).until(() -> !first.equals(keysInForce()));
    }
  }

  @Test
  void brokenFilesAreToldOnceAndNotAtEachPoll() throws Exception {
    write("a.yaml", "one");
    try (RuleReload reload = start()) {
      Files.writeString(directory.resolve("a.yaml"), "version: 1\nrules: 5\n");
      await().atMost(SOON).until(() -> reload.status().refused() == 1);
      await()
          .during(Duration.ofMillis(2500))
          .atMost(SOON)
          .until(() -> reload.status().refused() == 1);
    }
  }

  @Test
  void reloadOnDemandReadsAtOnce() throws Exception {
    write("a.yaml", "one");
    try (RuleReload reload = start()) {
      write("a.yaml", "two");
      ReloadStatus status = reload.reload().get(5, TimeUnit.SECONDS);
      assertTrue(status.isCurrent());
      assertEquals(List.of("two"), names());
      assertEquals(status, told.get(told.size() - 1));
    }
  }

  @Test
  void vanishedDirectoryLeavesTheRulesInForce() throws Exception {
    write("a.yaml", "one");
    try (RuleReload reload = start()) {
      Files.delete(directory.resolve("a.yaml"));
      Files.delete(directory);
      await().atMost(SOON).until(() -> !reload.status().isCurrent());
      assertEquals(List.of("one"), names());
      Files.createDirectory(directory);
      write("a.yaml", "one");
      await().atMost(SOON).until(() -> reload.status().isCurrent());
    }
  }

  @Test
  void startWithBrokenRulesStartsNothing() throws Exception {
    Files.writeString(directory.resolve("a.yaml"), "rules: []\n");
    assertThrows(ConfigException.class, this::start);
    assertEquals(List.of(), names());
    assertEquals(List.of(), told);
  }

  private RuleReload start() throws ConfigException {
    return RuleReload.start(directory, router, group -> true, told::add, Clock.systemUTC());
  }

  private List<String> names() {
    return router.table().rules().stream().map(rule -> rule.name().value()).toList();
  }

  private void version(String version, String name) throws IOException {
    Files.createDirectory(directory.resolve(version));
    write(version + "/a.yaml", name);
  }

  private void write(String file, String name) throws IOException {
    Files.writeString(
        directory.resolve(file),
        "version: 1\nrules:\n- {name: " + name + ", hosts: " + name + ".example, to: g}\n");
  }
}
