package dev.adit.core.process;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which build of a program this is, and of what. Any thread.
 *
 * @param program its name
 * @param version as its jar's manifest has it
 * @param absent names of libraries that it does without
 */
public record Build(String program, String version, List<String> absent) {
  private static final String FILE = "libraries.properties";

  /**
   * The build of a program.
   *
   * @param main a class of its jar
   */
  public static Build of(String program, Class<?> main, String... absent) {
    @Nullable String version = main.getPackage().getImplementationVersion();
    return new Build(program, version == null ? "(development)" : version, List.of(absent));
  }

  /** {@code NAME VERSION} of the program, of the Java that runs it, and of each library. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(program + " " + version);
    lines.add("java " + Runtime.version());
    libraries().forEach((name, each) -> lines.add(name + " " + each));
    return lines;
  }

  /** The same as JSON. */
  public String json() {
    JsonObject libraries = new JsonObject();
    libraries().forEach(libraries::addProperty);
    JsonObject tree = new JsonObject();
    tree.addProperty("program", program);
    tree.addProperty("version", version);
    tree.addProperty("java", Runtime.version().toString());
    tree.add("libraries", libraries);
    return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(tree);
  }

  /** The libraries inside, each of one version. */
  private NavigableMap<String, String> libraries() {
    Properties all = new Properties();
    try (InputStream in = Objects.requireNonNull(Build.class.getResourceAsStream(FILE), FILE)) {
      all.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    NavigableMap<String, String> versions = new TreeMap<>();
    all.stringPropertyNames().forEach(name -> versions.put(name, all.getProperty(name)));
    absent.forEach(versions::remove);
    return versions;
  }
}
