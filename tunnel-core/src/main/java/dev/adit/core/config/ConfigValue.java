package dev.adit.core.config;

import dev.adit.core.config.environment.Overrides;
import dev.adit.core.config.environment.ScalarKeys;
import dev.adit.core.config.yaml.Scalars;
import dev.adit.core.config.yaml.Suggestion;
import dev.adit.core.config.yaml.YamlNode;
import dev.adit.core.config.yaml.YamlNode.Mapping;
import dev.adit.core.config.yaml.YamlNode.Scalar;
import dev.adit.core.config.yaml.YamlNode.Sequence;
import dev.adit.core.config.yaml.YamlReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One value of a configuration file: knows its place and key path, and reads itself as what the
 * asker wants. A reading that fails notes the problem and gives the fallback or null, so that the
 * rest of the file is still read. Confined to one thread.
 */
public final class ConfigValue {
  // deps
  private final ConfigFile file;
  private final ConfigProblems problems;
  private final String keyPath;
  private final YamlNode node;

  ConfigValue(ConfigFile file, ConfigProblems problems, String keyPath, YamlNode node) {
    this.file = file;
    this.problems = problems;
    this.keyPath = keyPath;
    this.node = node;
  }

  /** Reads one value; gives null when it is unusable and its problem has been noted. */
  @FunctionalInterface
  public interface Reading<T> {
    @Nullable T read(ConfigValue value);
  }

  /** The keys from the root of the file to here. */
  public String keyPath() {
    return keyPath;
  }

  /** {@code file:line} for messages about values that were good in themselves. */
  public String place() {
    return isFromEnvironment() ? variable() : file.name() + ":" + node.line();
  }

  /** The file this stands in. */
  public ConfigFile file() {
    return file;
  }

  /** Written as a mapping. */
  public boolean isMapping() {
    return node instanceof Mapping;
  }

  /** Written as a list. */
  public boolean isList() {
    return node instanceof Sequence;
  }

  /** Written as exactly this word, without quotes. */
  public boolean isWord(String word) {
    return node instanceof Scalar scalar && scalar.plain() && scalar.text().equals(word);
  }

  /** Notes that this value is not what it should be. */
  public void reject(String expected) {
    reject(expected, null);
  }

  /** Notes that this value is not what it should be, and what may have been meant. */
  public void reject(String expected, @Nullable String suggestion) {
    problems.add(
        isFromEnvironment()
            ? ConfigProblem.inEnvironment(variable(), keyPath, expected, suggestion)
            : new ConfigProblem(
                file.name(), node.line(), node.column(), keyPath, expected, suggestion));
  }

  /** The variable that this comes from; several, if it is a section. */
  private String variable() {
    return ScalarKeys.variable(keyPath) + (node instanceof Scalar ? "" : "_*");
  }

  /** Notes that this word is none of the known ones, and which of them may have been meant. */
  public void rejectWord(String expected, Collection<String> known, String written) {
    reject(expected + ", found '" + written + "'", Suggestion.among(known, written));
  }

  /** The value as text, whatever YAML would have made of it. */
  public @Nullable String text() {
    return text("text");
  }

  /** The value as non-empty text without control characters; {@code what} says what it is. */
  public @Nullable String text(String what) {
    @Nullable Scalar scalar = scalar(what);
    if (scalar == null) {
      return null;
    }
    if (scalar.text().isEmpty()) {
      reject("expected " + what + ", found empty text");
      return null;
    }
    return clean(scalar, what);
  }

  /** The value as text that may be empty if it is quoted. */
  public @Nullable String textOrEmpty(String what) {
    @Nullable Scalar scalar = scalar(what);
    return scalar == null ? null : clean(scalar, what);
  }

  /** The value as whatever {@code parser} makes of its text; it says no by its exception. */
  public <T> @Nullable T parse(String what, Function<String, T> parser) {
    @Nullable String text = text(what);
    if (text == null) {
      return null;
    }
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      reject("expected " + what + "; " + e.getMessage());
      return null;
    }
  }

  /** A whole number within {@code min..max}, or the fallback after noting what is wrong. */
  public int integer(int fallback, int min, int max) {
    String what = min == max ? "" + min : "a whole number from " + min + " to " + max;
    @Nullable Scalar scalar = unquoted(what);
    if (scalar == null) {
      return fallback;
    }
    long number = Scalars.wholeNumber(scalar.text());
    if (number == Scalars.NOT_A_NUMBER || number < min || number > max) {
      rejectScalar(what, scalar, Scalars.numberMeant(scalar.text(), min, max));
      return fallback;
    }
    return (int) number;
  }

  /** {@code true} or {@code false}, nothing else; or the fallback after noting what is wrong. */
  public boolean bool(boolean fallback) {
    @Nullable Scalar scalar = unquoted("true or false");
    if (scalar == null) {
      return fallback;
    }
    if (!scalar.text().equals("true") && !scalar.text().equals("false")) {
      rejectScalar("true or false", scalar, Scalars.boolMeant(scalar.text()));
      return fallback;
    }
    return scalar.text().equals("true");
  }

  /** A length of time such as {@code 100ms} or {@code 1m30s}, within the limits. */
  public Duration duration(Duration fallback, Duration min, Duration max) {
    String what =
        "a duration from " + Scalars.shown(min) + " to " + Scalars.shown(max) + " such as 30s";
    @Nullable Scalar scalar = scalar(what);
    if (scalar == null) {
      return fallback;
    }
    @Nullable Duration read = Scalars.duration(scalar.text());
    if (read == null || read.compareTo(min) < 0 || read.compareTo(max) > 0) {
      rejectScalar(what + " (units: ms, s, m, h)", scalar, Scalars.durationMeant(scalar.text()));
      return fallback;
    }
    return read;
  }

  /** A number of bytes such as {@code 256KiB} or {@code 16384}, within the limits. */
  public long bytes(long fallback, long min, long max) {
    String what = "a size from " + Scalars.shown(min) + " to " + Scalars.shown(max);
    @Nullable Scalar scalar = scalar(what);
    if (scalar == null) {
      return fallback;
    }
    long read = Scalars.bytes(scalar.text());
    if (read == Scalars.NOT_A_NUMBER || read < min || read > max) {
      rejectScalar(what + " (units: KiB, MiB, GiB)", scalar, Scalars.bytesMeant(scalar.text()));
      return fallback;
    }
    return read;
  }

  /** A share of a hundred, {@code 5}, {@code 0.5} or {@code 5%}: above 0, at most 100. */
  public double percent(double fallback) {
    String what = "a percentage above 0, at most 100, such as 5%";
    @Nullable Scalar scalar = unquoted(what);
    if (scalar == null) {
      return fallback;
    }
    double read = Scalars.percent(scalar.text());
    if (!(read > 0 && read <= 100)) {
      rejectScalar(what, scalar, null);
      return fallback;
    }
    return read;
  }

  /** The same under a key that does not say percent: a fraction would be meant otherwise. */
  public double share(double fallback) {
    if (node instanceof Scalar scalar && Scalars.isFraction(scalar.text())) {
      String meant = Scalars.fractionMeant(scalar.text());
      rejectScalar("a percentage; below 1 with its sign", scalar, meant);
      return fallback;
    }
    return percent(fallback);
  }

  /** A finite number within the limits; a fraction is allowed. */
  public double decimal(double fallback, double min, double max) {
    String what = "a number from " + min + " to " + max;
    @Nullable Scalar scalar = unquoted(what);
    if (scalar == null) {
      return fallback;
    }
    double read = Scalars.decimal(scalar.text());
    if (!(read >= min && read <= max)) {
      rejectScalar(what, scalar, null);
      return fallback;
    }
    return read;
  }

  /** One of the constants of an enum, written {@code likeThis} for {@code LIKE_THIS}. */
  public <E extends Enum<E>> E choice(Class<E> type, E fallback) {
    Map<String, E> words = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      words.put(Scalars.camelCase(constant.name()), constant);
    }
    String what = "one of " + String.join(", ", words.keySet());
    @Nullable Scalar scalar = scalar(what);
    if (scalar == null) {
      return fallback;
    }
    @Nullable E constant = words.get(scalar.text());
    if (constant == null) {
      rejectScalar(what, scalar, Suggestion.among(words.keySet(), scalar.text()));
      return fallback;
    }
    return constant;
  }

  /** A host and port to listen on; port 0 asks the system for a free one. */
  public @Nullable HostPort listenAddress() {
    return address("an address to listen on, host:port", 0);
  }

  /** A host and port to connect to. */
  public @Nullable HostPort dialAddress() {
    return address("an address, host:port", 1);
  }

  private @Nullable HostPort address(String what, int minPort) {
    @Nullable HostPort address = parse(what, HostPort::parse);
    if (address != null && address.port() < minPort) {
      reject("expected " + what + " with a port from 1 to 65535");
      return null;
    }
    return address;
  }

  /** A path, relative to the directory of this file. */
  public @Nullable Path path() {
    return parse("a path", text -> file.directory().resolve(text).normalize());
  }

  /** The path of a file that must be there. */
  public @Nullable Path existingFile() {
    @Nullable Path path = path();
    if (path != null && Files.notExists(path)) {
      reject("expected a file; there is none at " + path + ConfigFile.maker(path));
    } else if (path != null && !Files.isReadable(path)) {
      String user = System.getProperty("user.name");
      reject("expected a file that the user '" + user + "' may read; not so " + path);
    } else if (path != null && !Files.isRegularFile(path)) {
      String found = Files.isDirectory(path) ? "a directory" : "something else";
      reject("expected a file; " + path + " is " + found);
    }
    return path;
  }

  /** Where a secret is: {@code {file: ...}} or {@code {env: ...}}, never the secret itself. */
  public @Nullable SecretRef secret() {
    return SecretRef.of(this);
  }

  /** Whether an environment variable gave it. */
  boolean isFromEnvironment() {
    return node.line() == Overrides.NOT_IN_FILE;
  }

  /** The value as YAML on one line, equal for equal values, to be read by another process. */
  public String toYaml() {
    return node.toYaml();
  }

  /** The value as a mapping; one without keys, after noting the problem, if it is none. */
  public ConfigMap map() {
    if (node instanceof Mapping mapping) {
      return new ConfigMap(this, mapping);
    }
    reject("expected a mapping (key: value), found " + node.structure());
    return new ConfigMap(this, null);
  }

  /** The values of a list, each read by {@code reading}; the unusable ones are left out. */
  public <T> List<T> list(Reading<T> reading) {
    if (!(node instanceof Sequence)) {
      reject("expected a list, found " + node.structure());
      return List.of();
    }
    return readAll(reading);
  }

  /** The values of a list with at least one entry. */
  public <T> List<T> listOfSome(Reading<T> reading) {
    if (node instanceof Sequence sequence && sequence.items().isEmpty()) {
      reject("expected at least one entry, found an empty list");
    }
    return list(reading);
  }

  /** A single value, or a list with at least one entry. */
  public <T> List<T> oneOrList(Reading<T> reading) {
    return node instanceof Sequence ? listOfSome(reading) : readAll(reading);
  }

  private <T> List<T> readAll(Reading<T> reading) {
    List<T> read = new ArrayList<>();
    for (ConfigValue item : items()) {
      @Nullable T value = reading.read(item);
      if (value != null) {
        read.add(value);
      }
    }
    return List.copyOf(read);
  }

  private List<ConfigValue> items() {
    if (!(node instanceof Sequence sequence)) {
      return List.of(this);
    }
    List<ConfigValue> items = new ArrayList<>();
    for (YamlNode item : sequence.items()) {
      items.add(new ConfigValue(file, problems, keyPath + "[" + items.size() + "]", item));
    }
    return items;
  }

  ConfigValue child(String key, YamlNode value) {
    return new ConfigValue(file, problems, YamlReader.child(keyPath, key), value);
  }

  private @Nullable Scalar scalar(String what) {
    if (node instanceof Scalar scalar && !scalar.isNull()) {
      return scalar;
    }
    reject("expected " + what + ", found " + node.kind());
    return null;
  }

  private @Nullable Scalar unquoted(String what) {
    @Nullable Scalar scalar = scalar(what);
    if (scalar != null && !scalar.plain()) {
      reject("expected " + what + " without quotes", scalar.abbreviated());
      return null;
    }
    return scalar;
  }

  private void rejectScalar(String what, Scalar found, @Nullable String suggestion) {
    reject("expected " + what + ", found " + found.kind(), suggestion);
  }

  private @Nullable String clean(Scalar scalar, String what) {
    boolean control = scalar.text().codePoints().anyMatch(Character::isISOControl);
    if (control) {
      reject(String.format(Locale.ROOT, "expected %s without control characters", what));
      return null;
    }
    return scalar.text();
  }
}
