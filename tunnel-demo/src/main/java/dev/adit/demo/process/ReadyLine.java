package dev.adit.demo.process;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a program prints on stdout once it can be used: {@code ready key=value key=value ...}. */
public record ReadyLine(Map<String, String> fields) {
  private static final String PREFIX = "ready ";

  public ReadyLine {
    fields = Map.copyOf(fields);
  }

  /** The ready line in {@code line}, if it is one: the word, then at least one field. */
  public static Optional<ReadyLine> parse(String line) {
    if (!line.startsWith(PREFIX)) {
      return Optional.empty();
    }
    Map<String, String> fields = new LinkedHashMap<>();
    for (String field : line.substring(PREFIX.length()).trim().split(" +", -1)) {
      int equals = field.indexOf('=');
      if (equals < 1) {
        return Optional.empty();
      }
      fields.put(field.substring(0, equals), field.substring(equals + 1));
    }
    return Optional.of(new ReadyLine(fields));
  }

  /** The value of a field that the program is known to print. */
  public String field(String key) {
    String value = fields.get(key);
    if (value == null) {
      throw new IllegalArgumentException("ready line has " + fields.keySet() + ", not " + key);
    }
    return value;
  }
}
