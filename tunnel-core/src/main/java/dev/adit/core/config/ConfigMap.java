package dev.adit.core.config;

import dev.adit.core.config.yaml.Suggestion;
import dev.adit.core.config.yaml.YamlNode.Entry;
import dev.adit.core.config.yaml.YamlNode.Mapping;
import dev.adit.core.config.yaml.YamlNode.Scalar;
import dev.adit.core.config.yaml.YamlNode.Sequence;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A mapping that is being read: every key that is asked for becomes a known one, and {@link #end}
 * reports all others. So the reader's code is the only list of keys there is. Confined to one
 * thread.
 */
public final class ConfigMap {

  // deps
  private final ConfigValue self;
  private final @Nullable Mapping mapping;

  // state
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * @param mapping null if something else stands here, which has been noted: then there are no keys
   */
  ConfigMap(ConfigValue self, @Nullable Mapping mapping) {
    this.self = self;
    this.mapping = mapping;
  }

  /** The mapping as a value, to report on it as a whole. */
  public ConfigValue value() {
    return self;
  }

  /** A mapping does stand here. */
  public boolean isMapping() {
    return mapping != null;
  }

  /** Whether the key is written; asking makes it a known one. */
  public boolean has(String key) {
    return optional(key) != null;
  }

  /** Whether a list is written there that has nothing in it. */
  public boolean isEmptyList(String key) {
    @Nullable Entry entry = mapping == null ? null : mapping.entries().get(key);
    return entry != null && entry.value() instanceof Sequence list && list.items().isEmpty();
  }

  /** The value of a key, or null if the key is absent. */
  public @Nullable ConfigValue optional(String key) {
    known.add(key);
    @Nullable Entry entry = mapping == null ? null : mapping.entries().get(key);
    return entry == null ? null : self.child(key, entry.value());
  }

  /** The value of a key that must be there; null, and a problem, if it is not. */
  public @Nullable ConfigValue required(String key, String what) {
    @Nullable ConfigValue value = optional(key);
    if (value == null && mapping != null) {
      Scalar gap = new Scalar(mapping.line(), mapping.column(), "", true);
      self.child(key, gap).reject("expected " + what + "; the key is missing");
    }
    return value;
  }

  /** The mapping under a key, or null if absent. */
  public @Nullable ConfigMap child(String key) {
    @Nullable ConfigValue value = optional(key);
    return value == null ? null : value.map();
  }

  /** The mapping under a key; an empty one if absent, so that defaults apply. */
  public ConfigMap childOrEmpty(String key) {
    @Nullable ConfigMap child = child(key);
    return child == null ? new ConfigMap(self, null) : child;
  }

  /** Non-empty text, or null if absent or unusable. */
  public @Nullable String text(String key) {
    @Nullable ConfigValue value = optional(key);
    return value == null ? null : value.text();
  }

  /** See {@link ConfigValue#integer}. */
  public int integer(String key, int fallback, int min, int max) {
    @Nullable ConfigValue value = optional(key);
    return value == null ? fallback : value.integer(fallback, min, max);
  }

  /** See {@link ConfigValue#bool}. */
  public boolean bool(String key, boolean fallback) {
    @Nullable ConfigValue value = optional(key);
    return value == null ? fallback : value.bool(fallback);
  }

  /** See {@link ConfigValue#duration}. */
  public Duration duration(String key, Duration fallback, Duration min, Duration max) {
    @Nullable ConfigValue value = optional(key);
    return value == null ? fallback : value.duration(fallback, min, max);
  }

  /** See {@link ConfigValue#bytes}. */
  public long bytes(String key, long fallback, long min, long max) {
    @Nullable ConfigValue value = optional(key);
    return value == null ? fallback : value.bytes(fallback, min, max);
  }

  /** See {@link ConfigValue#choice}. */
  public <E extends Enum<E>> E choice(String key, Class<E> type, E fallback) {
    @Nullable ConfigValue value = optional(key);
    return value == null ? fallback : value.choice(type, fallback);
  }

  /** Reads the value of a key, or gives null if the key is absent. */
  public <T> @Nullable T read(String key, ConfigValue.Reading<T> reading) {
    @Nullable ConfigValue value = optional(key);
    return value == null ? null : reading.read(value);
  }

  /** The values of a list; none if the key is absent. */
  public <T> List<T> list(String key, ConfigValue.Reading<T> reading) {
    @Nullable ConfigValue value = optional(key);
    return value == null ? List.of() : value.list(reading);
  }

  /** The values of a list with at least one entry; none if the key is absent. */
  public <T> List<T> listOfSome(String key, ConfigValue.Reading<T> reading) {
    @Nullable ConfigValue value = optional(key);
    return value == null ? List.of() : value.listOfSome(reading);
  }

  /** One value or a list of such; none if the key is absent. */
  public <T> List<T> oneOrList(String key, ConfigValue.Reading<T> reading) {
    @Nullable ConfigValue value = optional(key);
    return value == null ? List.of() : value.oneOrList(reading);
  }

  /** All keys with their values, in file order, for mappings whose keys are free. */
  public Map<String, ConfigValue> all() {
    Map<String, ConfigValue> all = new LinkedHashMap<>();
    if (mapping != null) {
      for (String key : mapping.entries().keySet()) {
        @Nullable ConfigValue value = optional(key);
        if (value != null) {
          all.put(key, value);
        }
      }
    }
    return all;
  }

  /** Reports every key that nobody asked for. Called once, when all keys have been asked for. */
  public void end() {
    if (mapping == null) {
      return;
    }
    for (Entry entry : mapping.entries().values()) {
      String key = entry.key().text();
      if (!known.contains(key)) {
        self.child(entry.key().abbreviated(), entry.key())
            .reject(
                "unknown key; expected one of " + String.join(", ", known),
                Suggestion.among(known, key));
      }
    }
  }
}
