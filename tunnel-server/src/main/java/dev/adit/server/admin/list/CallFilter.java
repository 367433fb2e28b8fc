package dev.adit.server.admin.list;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import dev.adit.core.name.AgentId;
import dev.adit.server.calls.CallRow;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Which running calls to show: those that have each of the texts, in whatever case.
 *
 * @param method part of the path; null or empty: any
 * @param agent part of the agent's id
 * @param rule part of the rule's name
 */
record CallFilter(@Nullable String method, @Nullable String agent, @Nullable String rule) {

  /**
   * Reads one.
   *
   * @param json empty: no conditions
   * @throws IllegalArgumentException if it is none; the message says what was expected
   */
  static CallFilter ofJson(String json) {
    if (json.isBlank()) {
      return new CallFilter(null, null, null);
    }
    try {
      @Nullable CallFilter given = new Gson().fromJson(json, CallFilter.class);
      if (given != null) {
        return given;
      }
    } catch (JsonParseException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "expected JSON: {\"method\": \"..\", \"agent\": \"..\", \"rule\": \"..\"}, each of them or none");
  }

  boolean fits(CallRow row) {
    @Nullable AgentId at = row.agent();
    return has(row.path(), method)
        && has(at == null ? "" : at.value(), agent)
        && has(row.rule(), rule);
  }

  private static boolean has(CharSequence text, @Nullable String part) {
    return part == null || part.isEmpty() || AsciiString.containsIgnoreCase(text, part);
  }
}
