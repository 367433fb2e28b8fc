package dev.adit.demo.backend.engine;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import org.jspecify.annotations.Nullable;

/** The named arguments of an action, with their types checked as they are read. */
record Kwargs(JsonObject json) {

  String text(String key) throws BadArgumentException {
    JsonPrimitive value = primitive(key);
    if (value == null || !value.isString()) {
      throw new BadArgumentException("kwargs_json." + key + ": expected a text");
    }
    return value.getAsString();
  }

  String text(String key, String absent) throws BadArgumentException {
    return json.has(key) ? text(key) : absent;
  }

  long number(String key, long min, long max) throws BadArgumentException {
    JsonPrimitive value = primitive(key);
    try {
      if (value != null && value.isNumber()) {
        long number = value.getAsBigDecimal().longValueExact();
        if (number >= min && number <= max) {
          return number;
        }
      }
    } catch (ArithmeticException e) {
      // Not a whole number: told below.
    }
    throw new BadArgumentException(
        "kwargs_json." + key + ": expected a whole number from " + min + " to " + max);
  }

  long number(String key, long min, long max, long absent) throws BadArgumentException {
    return json.has(key) ? number(key, min, max) : absent;
  }

  private @Nullable JsonPrimitive primitive(String key) {
    JsonElement value = json.get(key);
    return value != null && value.isJsonPrimitive() ? value.getAsJsonPrimitive() : null;
  }
}
