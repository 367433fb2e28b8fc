package dev.adit.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.adit.agent.config.AgentConfigReader;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import dev.adit.deploy.program.UnpackedArchive;
import dev.adit.server.config.ServerConfig;
import dev.adit.server.config.ServerConfigReader;
import dev.adit.server.config.agents.AgentsFile;
import dev.adit.server.rules.RuleFileReader;
import dev.adit.server.rules.check.RuleTests;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The texts for containers: no cluster and no builder of images is at hand, so they are read. */
@Timeout(60)
final class ContainersIT {
  private static final Path KUBERNETES = UnpackedArchive.SOURCES.resolve("kubernetes");
  private static final Path DOCKER = UnpackedArchive.SOURCES.resolve("docker");

  @TempDir Path temporary = Path.of("");

  private static final Set<String> KINDS =
      Set.of(
          "apps/v1 Deployment",
          "v1 Namespace",
          "v1 Service",
          "policy/v1 PodDisruptionBudget",
          "networking.k8s.io/v1 NetworkPolicy");

  /**
   * Refuses fields that the schema of a kind does not know, and misses those that it demands. By
   * name: the classes have annotations of libraries that are not there, of which javac would warn.
   */
  private static void validate(JsonObject object) throws Exception {
    String kind = object.get("kind").getAsString();
    String version = object.get("apiVersion").getAsString();
    assertTrue(KINDS.contains(version + " " + kind), object::toString);
    try {
      Class.forName("io.kubernetes.client.openapi.models.V1" + kind)
          .getMethod("validateJsonElement", JsonElement.class)
          .invoke(null, object);
    } catch (InvocationTargetException e) {
      throw new AssertionError(kind + ": " + e.getCause(), e);
    }
  }

  private static List<JsonObject> parsed(String file) throws IOException {
    return parsedText(Files.readString(KUBERNETES.resolve(file)));
  }

  private static List<JsonObject> parsedText(String text) {
    Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    Iterable<Object> documents = yaml.loadAll(text);
    return StreamSupport.stream(documents.spliterator(), false)
        .map(document -> new Gson().toJsonTree(document).getAsJsonObject())
        .toList();
  }

  /** The schema is one that refuses: else its silence would say nothing. */
  @Test
  void wrongFieldIsRefused() throws IOException {
    JsonObject deployment = object("server.yaml", "Deployment", "tunnel-server");
    container(
            deployment.getAsJsonObject("spec").getAsJsonObject("template").getAsJsonObject("spec"))
        .addProperty("redinessProbe", 1);
    AssertionError refused = assertThrows(AssertionError.class, () -> validate(deployment));
    assertTrue(String.valueOf(refused.getMessage()).contains("redinessProbe"), refused::toString);
  }

  /** As the kustomization lists them. */
  static List<String> resources() throws IOException {
    return texts(parsed("kustomization.yaml").get(0).getAsJsonArray("resources"));
  }

  private static List<String> texts(JsonArray array) {
    return array.asList().stream().map(JsonElement::getAsString).toList();
  }

  private static JsonObject object(String file, String kind, String name) throws IOException {
    return parsed(file).stream()
        .filter(each -> each.get("kind").getAsString().equals(kind))
        .filter(each -> name(each).equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String name(JsonObject object) {
    return object.getAsJsonObject("metadata").get("name").getAsString();
  }

  @ParameterizedTest
  @MethodSource("resources")
  void manifestsAreAsTheSchemasWantThem(String file) throws Exception {
    for (JsonObject each : parsed(file)) {
      validate(each);
    }
  }

  @Test
  void kustomizationNamesEveryFileAndNoOther() throws IOException {
    JsonObject kustomization = parsed("kustomization.yaml").get(0);
    Set<String> generated =
        kustomization.getAsJsonArray("configMapGenerator").asList().stream()
            .flatMap(each -> texts(each.getAsJsonObject().getAsJsonArray("files")).stream())
            .map(file -> file.replaceFirst(".*=", ""))
            .collect(Collectors.toSet());
    try (Stream<Path> files = Files.walk(KUBERNETES)) {
      assertEquals(
          Stream.of(Stream.of("kustomization.yaml"), resources().stream(), generated.stream())
              .flatMap(all -> all)
              .collect(Collectors.toSet()),
          files
              .filter(Files::isRegularFile)
              .map(path -> KUBERNETES.relativize(path).toString())
              .collect(Collectors.toSet()));
    }
  }

  /**
   * The overlay of docs/howto.md changes what the base has, and brings the files that pods read.
   */
  @Test
  void overlayOfTheHowToFitsTheBase() throws IOException {
    String howTo = Files.readString(UnpackedArchive.SOURCES.resolve("../docs/howto.md"));
    String block =
        Pattern.compile("(?ms)^```yaml\\n(# kustomization.yaml\\n.*?)^```$")
            .matcher(howTo)
            .results()
            .map(found -> found.group(1))
            .findFirst()
            .orElseThrow();
    JsonObject overlay = parsedText(block).get(0);
    JsonObject base = parsed("kustomization.yaml").get(0);
    assertEquals(List.of("../kubernetes"), texts(overlay.getAsJsonArray("resources")));
    assertEquals(base.get("namespace"), overlay.get("namespace"));
    assertEquals(base.get("generatorOptions"), overlay.get("generatorOptions"));
    assertEquals(named(base, "images").keySet(), named(overlay, "images").keySet());
    Map<String, JsonObject> maps = named(overlay, "configMapGenerator");
    assertEquals(named(base, "configMapGenerator").keySet(), maps.keySet());
    for (JsonObject map : maps.values()) {
      assertEquals("replace", map.get("behavior").getAsString());
      for (String file : texts(map.getAsJsonArray("files"))) {
        assertTrue(howTo.contains("```yaml " + file + "\n"), file);
      }
    }
    for (String program : List.of("server", "agent")) {
      List<String> words =
          texts(container(pod(program)).getAsJsonArray("args")).stream()
              .map(word -> word.replaceFirst(".*/", ""))
              .toList();
      String read = words.get(words.size() - 1);
      assertTrue(
          texts(Objects.requireNonNull(maps.get("tunnel-" + program)).getAsJsonArray("files"))
              .contains(read),
          read);
    }
  }

  private static Map<String, JsonObject> named(JsonObject kustomization, String list) {
    return kustomization.getAsJsonArray(list).asList().stream()
        .map(JsonElement::getAsJsonObject)
        .collect(Collectors.toMap(each -> each.get("name").getAsString(), each -> each));
  }

  /** Everything that a pod mounts is generated, or a secret that people make. */
  @ParameterizedTest
  @ValueSource(strings = {"server", "agent"})
  void podsAreHardenedAndMountDirectories(String who) throws IOException {
    JsonObject pod = pod(who);
    JsonObject container = container(pod);
    assertTrue(pod.getAsJsonObject("securityContext").get("runAsNonRoot").getAsBoolean());
    JsonObject security = container.getAsJsonObject("securityContext");
    assertTrue(security.get("readOnlyRootFilesystem").getAsBoolean());
    assertFalse(security.get("allowPrivilegeEscalation").getAsBoolean());
    assertEquals(
        List.of("ALL"), texts(security.getAsJsonObject("capabilities").getAsJsonArray("drop")));
    Set<String> volumes =
        pod.getAsJsonArray("volumes").asList().stream()
            .map(each -> each.getAsJsonObject().get("name").getAsString())
            .collect(Collectors.toSet());
    for (JsonElement each : container.getAsJsonArray("volumeMounts")) {
      JsonObject mount = each.getAsJsonObject();
      // With a subPath changes of the ConfigMap would not be seen.
      assertFalse(mount.has("subPath"), mount::toString);
      assertTrue(volumes.contains(mount.get("name").getAsString()), mount::toString);
    }
    Set<String> maps =
        parsed("kustomization.yaml").get(0).getAsJsonArray("configMapGenerator").asList().stream()
            .map(each -> each.getAsJsonObject().get("name").getAsString())
            .collect(Collectors.toSet());
    for (JsonElement each : pod.getAsJsonArray("volumes")) {
      JsonObject map = each.getAsJsonObject().getAsJsonObject("configMap");
      assertTrue(map == null || maps.contains(map.get("name").getAsString()), each::toString);
    }
    // A lower bound would keep the node of a single replica from being drained.
    JsonObject budget =
        object(who + ".yaml", "PodDisruptionBudget", "tunnel-" + who).getAsJsonObject("spec");
    assertEquals(1, budget.get("maxUnavailable").getAsInt());
    assertFalse(budget.has("minAvailable"));
    object("network.yaml", "NetworkPolicy", "tunnel-" + who);
  }

  private static JsonObject pod(String who) throws IOException {
    return object(who + ".yaml", "Deployment", "tunnel-" + who)
        .getAsJsonObject("spec")
        .getAsJsonObject("template")
        .getAsJsonObject("spec");
  }

  private static JsonObject container(JsonObject pod) {
    return pod.getAsJsonArray("containers").get(0).getAsJsonObject();
  }

  @Test
  void serverIsProbedByGrpcAndDrainsWithinItsTime() throws Exception {
    JsonObject pod = pod("server");
    JsonObject container = container(pod);
    int admin = config().admin().listen().port();
    for (String probe : List.of("startupProbe", "readinessProbe")) {
      assertEquals(
          admin, container.getAsJsonObject(probe).getAsJsonObject("grpc").get("port").getAsInt());
    }
    List<String> sleep =
        texts(
            container
                .getAsJsonObject("lifecycle")
                .getAsJsonObject("preStop")
                .getAsJsonObject("exec")
                .getAsJsonArray("command"));
    long needed = Long.parseLong(sleep.get(1)) + config().drainGrace().toSeconds();
    assertTrue(pod.get("terminationGracePeriodSeconds").getAsLong() > needed);
  }

  /** Agents find a new pod within 40 s, and what a cluster's name service keeps for 30 s. */
  @Test
  void agentsFindAServerBeforeItGetsCallers() throws Exception {
    assertTrue(
        object("server.yaml", "Service", "tunnel-server-agents")
            .getAsJsonObject("spec")
            .get("publishNotReadyAddresses")
            .getAsBoolean());
    assertTrue(
        container(pod("server"))
                .getAsJsonObject("readinessProbe")
                .get("initialDelaySeconds")
                .getAsInt()
            >= 70);
  }

  /** The token of a sample is known to everybody, so that none may be let in by one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "config/agents.yaml",
        "debian/server/agents.yaml",
        "kubernetes/config/agents.yaml"
      })
  void sampleLetsNobodyIn(String sample) throws Exception {
    assertEquals(List.of(), AgentsFile.read(UnpackedArchive.SOURCES.resolve(sample)));
  }

  @Test
  void agentHasItsSecretAndTimeToDrain() throws Exception {
    JsonObject pod = pod("agent");
    assertTrue(
        pod.getAsJsonArray("volumes").asList().stream()
            .anyMatch(
                each -> each.toString().contains("\"secret\":{\"secretName\":\"tunnel-agent\",")));
    Path file = mounted("agent.yaml", "tunnel-agent");
    var agent = AgentConfigReader.read(file, Map.of("HOSTNAME", "tunnel-agent-7d9f-x2x"));
    assertTrue(
        pod.get("terminationGracePeriodSeconds").getAsLong() > agent.drainGrace().toSeconds());
    assertEquals(8003, agent.servers().get(0).port());
  }

  private ServerConfig config() throws Exception {
    mounted("agents.yaml", "tunnel-server");
    Path rules = Files.createDirectories(temporary.resolve("tunnel-server/rules"));
    Files.writeString(
        rules.resolve("orders.yaml"),
        Files.readString(KUBERNETES.resolve("config/rules/orders.yaml")));
    RuleTests tests = RuleTests.run(RuleFileReader.read(rules));
    assertTrue(tests.passed(), tests.toText());
    return ServerConfigReader.read(mounted("server.yaml", "tunnel-server"));
  }

  /** A configuration as a pod has it, with the certificates and tokens that it names. */
  private Path mounted(String name, String program) throws IOException {
    Path etc = Files.createDirectories(temporary.resolve(program));
    TlsIdentity identity = CertificateAuthority.create("test").identity();
    Path tls = Files.createDirectories(etc.resolve("tls"));
    for (String certificate : List.of("tls.crt", "ca.crt")) {
      Files.writeString(tls.resolve(certificate), CertificateAuthority.pem(identity.chain()));
    }
    Files.writeString(tls.resolve("tls.key"), CertificateAuthority.pem(identity.key()));
    Path secrets = Files.createDirectories(etc.resolve("secrets"));
    for (String token : List.of("admin.token", "agent.token")) {
      Files.writeString(secrets.resolve(token), "a-token");
    }
    return Files.writeString(
        etc.resolve(name),
        Files.readString(KUBERNETES.resolve("config/" + name))
            .replace("/etc/" + program, etc.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"server", "agent"})
  void imagesHoldWhatTheArchiveHasAndRunWithoutRoot(String who) throws Exception {
    String program = "tunnel-" + who;
    List<String> lines = Files.readAllLines(DOCKER.resolve(who + ".Dockerfile"));
    assertEquals(2, lines.stream().filter(line -> line.startsWith("FROM ")).count());
    assertTrue(lines.contains("USER 10001:10001"));
    assertTrue(lines.contains("RUN JAVA_OPTS=-Xshare:dump " + program));
    assertTrue(lines.contains("ENTRYPOINT [\"" + program + "\"]"));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("HEALTHCHECK ")));
    Path root = UnpackedArchive.into(temporary);
    List<String> copied =
        lines.stream()
            .filter(line -> line.startsWith("COPY --from=build "))
            .flatMap(
                line -> Stream.of(line.split(" ", -1)).filter(word -> word.startsWith("/opt/")))
            .filter(word -> !word.endsWith("/"))
            .map(word -> word.replace("/opt/tunnel/", ""))
            .distinct()
            .toList();
    assertTrue(copied.contains("bin/" + program), copied::toString);
    for (String each : copied) {
      assertTrue(Files.exists(root.resolve(each)), each);
    }
  }
}
