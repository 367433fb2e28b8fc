package dev.adit.conformance.peer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One header field; every char of name and value is one byte on the wire. */
public record Field(String name, String value) {
  /** Fields from names and values in turn. */
  public static List<Field> list(String... namesAndValues) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.add(new Field(namesAndValues[i], namesAndValues[i + 1]));
    }
    return fields;
  }

  /** {@code first}, then more. */
  public static List<Field> with(List<Field> first, String... namesAndValues) {
    List<Field> all = new ArrayList<>(first);
    all.addAll(list(namesAndValues));
    return all;
  }

  /** The value of the first field of this name; null if there is none. */
  public static @Nullable String value(List<Field> fields, String name) {
    for (Field field : fields) {
      if (field.name().equals(name)) {
        return field.value();
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return name + ": " + value;
  }
}
