package dev.adit.server.admin;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.match.MatchReader;
import dev.adit.server.rules.TestCaseReader;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call to be explained, as {@code POST /rules/explain} takes it and the command line gives it.
 *
 * @param method {@code Service/Method} of a gRPC call; or else
 * @param path of a plain HTTP call
 * @param headers each as {@code NAME=VALUE}
 */
public record ExplainRequest(
    String host, @Nullable String method, @Nullable String path, List<String> headers) {

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it is none; the message says what was expected
   */
  static ExplainRequest ofJson(String json) {
    @Nullable ExplainRequest given;
    try {
      given = new Gson().fromJson(json, ExplainRequest.class);
    } catch (JsonParseException e) {
      given = null;
    }
    if (given == null) {
      throw new IllegalArgumentException(
          "expected JSON: {\"host\": .., \"method\": \"Service/Method\", \"headers\": [\"n=v\"]}");
    }
    return given;
  }

  /** The request as it is sent. */
  public String toJson() {
    return new Gson().toJson(this);
  }

  /**
   * The call itself.
   *
   * @throws IllegalArgumentException if there is no such call; the message says what was expected
   */
  public CallHeaders toCall() {
    HeaderFields fields = new HeaderFields();
    if (headers != null) {
      headers.forEach(header -> add(fields, header));
    }
    String called = host == null ? "" : host;
    if (method != null && path == null) {
      return TestCaseReader.grpcCall(called, method, fields);
    }
    if (path != null && method == null) {
      return TestCaseReader.httpCall(called, path, fields);
    }
    throw new IllegalArgumentException("expected exactly one of --method and --path");
  }

  /**
   * @param header null where the JSON says so
   */
  private static void add(HeaderFields fields, @Nullable String header) {
    if (header == null) {
      throw new IllegalArgumentException("expected NAME=VALUE, found null");
    }
    int equals = header.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("expected NAME=VALUE, found '" + header + "'");
    }
    AsciiString name = MatchReader.headerName(header.substring(0, equals));
    byte[] value = header.substring(equals + 1).getBytes(StandardCharsets.UTF_8);
    fields.add(name, new AsciiString(value, false));
  }
}
