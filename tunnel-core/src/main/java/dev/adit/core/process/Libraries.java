package dev.adit.core.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeSet;

/** The libraries that a build has inside, each of one version. Any thread. */
public final class Libraries {
  private static final String FILE = "libraries.properties";

  private Libraries() {}

  /**
   * The Java that runs this, then each library and its version, {@code NAME VERSION}.
   *
   * @param absent names of those that this program does without
   */
  public static List<String> lines(List<String> absent) {
    Properties versions = versions();
    TreeSet<String> names = new TreeSet<>(versions.stringPropertyNames());
    absent.forEach(names::remove);
    List<String> lines = new ArrayList<>(List.of("java " + Runtime.version()));
    names.forEach(name -> lines.add(name + " " + versions.getProperty(name)));
    return lines;
  }

  private static Properties versions() {
    Properties versions = new Properties();
    try (InputStream in = Objects.requireNonNull(Libraries.class.getResourceAsStream(FILE), FILE)) {
      versions.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return versions;
  }
}
