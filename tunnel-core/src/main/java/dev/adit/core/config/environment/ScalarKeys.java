package dev.adit.core.config.environment;

import dev.adit.core.config.yaml.YamlNode;
import dev.adit.core.config.yaml.YamlNode.Entry;
import dev.adit.core.config.yaml.YamlNode.Mapping;
import dev.adit.core.config.yaml.YamlNode.Scalar;
import dev.adit.core.config.yaml.YamlNode.Sequence;
import dev.adit.core.config.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a kind of file that may hold a single value, as its published JSON Schema has them;
 * those inside of lists are not among them, nor is {@code version}, which speaks of the file
 * itself.
 */
public final class ScalarKeys {

  /** Begins the name of every variable. */
  public static final String PREFIX = "TUNNEL_";

  private static final List<String> CHOICES = List.of("anyOf", "oneOf", "allOf");
  private static final String OF_THE_FILE = "version";

  // state
  private final Map<String, Mapping> schemas = new HashMap<>();
  private final Map<String, String> paths = new TreeMap<>();

  private ScalarKeys() {}

  /**
   * The keys of the file that {@code schema} describes, such as {@code server.schema.json}.
   *
   * @return key paths such as {@code entry.listen} under the names of their variables, such as
   *     {@code TUNNEL_ENTRY_LISTEN}
   */
  public static Map<String, String> of(String schema) {
    ScalarKeys keys = new ScalarKeys();
    keys.walk("", keys.schema(schema), schema);
    return Collections.unmodifiableMap(keys.paths);
  }

  /** The variable that stands for a key: {@code entry.maxHeaderBytes} is written in capitals. */
  public static String variable(String keyPath) {
    String words = keyPath.replace('.', '_').replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_");
    return PREFIX + words.toUpperCase(Locale.ROOT);
  }

  private void walk(String path, YamlNode node, String file) {
    Found found = resolved(node, file);
    if (!path.isEmpty() && isScalar(found.schema)) {
      paths.put(variable(path), path);
    }
    choices(found.schema).forEach(choice -> walk(path, choice, found.file));
    if (value(found.schema, "properties") instanceof Mapping properties) {
      for (Entry property : properties.entries().values()) {
        String key = property.key().text();
        if (!key.equals(OF_THE_FILE)) {
          String parent = path.isEmpty() ? YamlReader.ROOT : path;
          walk(YamlReader.child(parent, key), property.value(), found.file);
        }
      }
    }
  }

  /** A schema and the file that it stands in. */
  private record Found(Mapping schema, String file) {}

  private Found resolved(YamlNode node, String file) {
    Mapping schema = (Mapping) node;
    if (!(value(schema, "$ref") instanceof Scalar reference)) {
      return new Found(schema, file);
    }
    int hash = reference.text().indexOf('#');
    String where = hash == 0 ? file : reference.text().substring(0, hash);
    YamlNode at = schema(where);
    for (String step : reference.text().substring(hash + 2).split("/", -1)) {
      at = Objects.requireNonNull(value((Mapping) at, step), reference.text());
    }
    return resolved(at, where);
  }

  private static boolean isScalar(Mapping schema) {
    if (value(schema, "const") != null || value(schema, "enum") != null) {
      return true;
    }
    @Nullable YamlNode type = value(schema, "type");
    Stream<YamlNode> types =
        type instanceof Sequence several ? several.items().stream() : Stream.ofNullable(type);
    return types.anyMatch(each -> !List.of("object", "array").contains(((Scalar) each).text()));
  }

  private static Stream<YamlNode> choices(Mapping schema) {
    return CHOICES.stream()
        .map(choice -> value(schema, choice))
        .flatMap(found -> found instanceof Sequence list ? list.items().stream() : Stream.of());
  }

  private static @Nullable YamlNode value(Mapping schema, String key) {
    @Nullable Entry entry = schema.entries().get(key);
    return entry == null ? null : entry.value();
  }

  /** JSON is YAML. */
  private Mapping schema(String name) {
    return schemas.computeIfAbsent(name, ScalarKeys::read);
  }

  private static Mapping read(String name) {
    try (@Nullable InputStream in = ScalarKeys.class.getResourceAsStream("/schema/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no schema " + name);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      @Nullable YamlNode root =
          YamlReader.read(
              text,
              problem -> {
                throw new IllegalStateException(name + ": " + problem);
              });
      if (root instanceof Mapping mapping) {
        return mapping;
      }
      throw new IllegalStateException(name + " is no schema");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
