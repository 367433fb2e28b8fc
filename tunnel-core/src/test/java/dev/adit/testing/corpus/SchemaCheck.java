package dev.adit.testing.corpus;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.adit.core.config.yaml.YamlNode;
import dev.adit.core.config.yaml.YamlProblem;
import dev.adit.core.config.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One of the published JSON Schemas, as an editor would apply it to a file. */
public final class SchemaCheck {

  private static final String PLACE = "https://schema.example/";

  /** Compiled once a run: that takes longer than checking all files. */
  private static final Map<String, SchemaCheck> COMPILED = new ConcurrentHashMap<>();

  private final Schema schema;

  private SchemaCheck(Schema schema) {
    this.schema = schema;
  }

  /** The schema of a kind of file: {@code rules}, {@code server}, {@code agents}, {@code agent}. */
  public static SchemaCheck of(String kind) throws IOException {
    @Nullable SchemaCheck known = COMPILED.get(kind);
    if (known == null) {
      known = compile(kind);
      COMPILED.put(kind, known);
    }
    return known;
  }

  private static SchemaCheck compile(String kind) throws IOException {
    Map<String, String> schemas = new HashMap<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(Corpus.projectRoot().resolve("rules/schema"), "*.json")) {
      for (Path file : files) {
        schemas.put(PLACE + file.getFileName(), Files.readString(file));
      }
    }
    SchemaRegistry registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(schemas));
    return new SchemaCheck(registry.getSchema(SchemaLocation.of(PLACE + kind + ".schema.json")));
  }

  /** What the schema holds against a file; nothing if it is good. */
  public List<String> complaints(Path file) throws IOException {
    List<YamlProblem> problems = new ArrayList<>();
    @Nullable YamlNode root = YamlReader.read(Files.readString(file), problems::add);
    if (root == null) {
      return problems.stream().map(YamlProblem::toString).toList();
    }
    return schema.validate(json(root), InputFormat.JSON).stream().map(String::valueOf).toList();
  }

  /** As a reader that knows YAML's core types sees a file. */
  private static String json(YamlNode node) {
    if (node instanceof YamlNode.Sequence sequence) {
      return sequence.items().stream()
          .map(SchemaCheck::json)
          .collect(Collectors.joining(",", "[", "]"));
    }
    if (node instanceof YamlNode.Mapping mapping) {
      return mapping.entries().values().stream()
          .map(entry -> quoted(entry.key().text()) + ":" + json(entry.value()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    YamlNode.Scalar scalar = (YamlNode.Scalar) node;
    if (scalar.isNull()) {
      return "null";
    }
    boolean typed = scalar.text().matches("true|false|-?(0|[1-9][0-9]*)(\\.[0-9]+)?");
    return scalar.plain() && typed ? scalar.text() : quoted(scalar.text());
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
      json.append(plain ? String.valueOf(c) : String.format("\\u%04x", (int) c));
    }
    return json.append('"').toString();
  }
}
