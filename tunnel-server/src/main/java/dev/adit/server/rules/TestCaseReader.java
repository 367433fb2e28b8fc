package dev.adit.server.rules;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigValue;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.http2.HeaderRules;
import dev.adit.core.match.MatchReader;
import dev.adit.core.name.GroupName;
import dev.adit.server.routing.RuleName;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads the {@code tests} of a rule file; also makes the calls that are tried by hand. */
public final class TestCaseReader {
  /** In the place of the id that the entry makes, and nobody knows before. */
  private static final AsciiString ANY_ID = AsciiString.cached("0".repeat(24));

  private TestCaseReader() {}

  static @Nullable RuleTestCase read(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable ConfigValue callValue = map.required("call", "{host: .., method: Service/Method}");
    @Nullable CallHeaders call = callValue == null ? null : call(callValue);
    @Nullable ConfigValue expect = map.required("expect", "{rule: .., group: ..} or none");
    map.end();
    if (expect == null || call == null) {
      return null;
    }
    if (expect.isWord("none")) {
      return new RuleTestCase(value.place(), call, null, null);
    }
    ConfigMap expected = expect.map();
    @Nullable ConfigValue ruleValue = expected.required("rule", "the name of a rule");
    @Nullable RuleName rule =
        ruleValue == null ? null : ruleValue.parse("a rule's name", RuleName::new);
    @Nullable GroupName group =
        expected.read("group", v -> v.parse("a group name", GroupName::new));
    expected.end();
    return rule == null ? null : new RuleTestCase(value.place(), call, rule, group);
  }

  private static @Nullable CallHeaders call(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable String host = map.text("host");
    @Nullable String method =
        map.read("method", v -> v.parse("Service/Method", TestCaseReader::grpcPath));
    @Nullable String path = map.read("path", v -> v.parse("a path", TestCaseReader::httpPath));
    HeaderFields fields = new HeaderFields();
    @Nullable ConfigMap headers = map.child("headers");
    if (headers != null) {
      headers.all().forEach((name, header) -> header(fields, name, header));
    }
    map.end();
    if (map.isMapping() && map.has("method") == map.has("path")) {
      value.reject("expected exactly one of method: Service/Method (gRPC), path: /.. (plain HTTP)");
    }
    CallProtocol protocol = method == null ? CallProtocol.HTTP : CallProtocol.GRPC;
    @Nullable String target = method == null ? path : method;
    return target == null ? null : call(protocol, host == null ? "" : host, target, fields);
  }

  private static void header(HeaderFields fields, String name, ConfigValue value) {
    try {
      AsciiString lower = MatchReader.headerName(name);
      for (String text : value.oneOrList(v -> v.textOrEmpty("a header's value"))) {
        fields.add(lower, new AsciiString(text.getBytes(StandardCharsets.UTF_8), false));
      }
    } catch (IllegalArgumentException e) {
      value.reject("expected the name of a header; " + e.getMessage());
    }
  }

  /** A gRPC call, as {@code rules explain} is given it. */
  public static CallHeaders grpcCall(String host, String method, HeaderFields headers) {
    return call(CallProtocol.GRPC, authority(host), grpcPath(method), headers);
  }

  /** A plain HTTP call, as {@code rules explain} is given it. */
  public static CallHeaders httpCall(String host, String path, HeaderFields headers) {
    return call(CallProtocol.HTTP, authority(host), httpPath(path), headers);
  }

  /** No rule sees a call of another: the entry answers that it is malformed. */
  private static String authority(String host) {
    if (!HeaderRules.isAuthority(new AsciiString(host.getBytes(StandardCharsets.UTF_8), false))) {
      throw new IllegalArgumentException(
          "'" + host + "' is not a host, which has a port at most, no scheme and no path");
    }
    return host;
  }

  private static CallHeaders call(
      CallProtocol protocol, String host, String path, HeaderFields fields) {
    return new CallHeaders(
        protocol,
        AsciiString.of(protocol == CallProtocol.GRPC ? "POST" : "GET"),
        AsciiString.of("http"),
        AsciiString.of(host),
        AsciiString.of(path),
        fieldsAtRules(protocol, fields),
        CallHeaders.NO_TIMEOUT);
  }

  /**
   * What rules see of the fields that a caller sends: those that end at the entry are gone, those
   * that every call has, or that the entry adds to each, are there.
   */
  private static HeaderFields fieldsAtRules(CallProtocol protocol, HeaderFields sent) {
    HeaderFields seen = new HeaderFields(sent.size() + 3);
    boolean grpc = protocol == CallProtocol.GRPC;
    if (grpc && !sent.contains(HeaderNames.CONTENT_TYPE)) {
      seen.add(HeaderNames.CONTENT_TYPE, HeaderNames.APPLICATION_GRPC);
    }
    for (int i = 0; i < sent.size(); i++) {
      AsciiString name = sent.name(i);
      if (!HeaderRules.isHopByHop(name) && !HeaderRules.isOurs(name)) {
        seen.add(name, sent.value(i));
      }
    }
    if (grpc || HeaderNames.TRAILERS.equals(sent.get(HeaderNames.TE))) {
      seen.add(HeaderNames.TE, HeaderNames.TRAILERS);
    }
    if (!sent.contains(HeaderNames.X_REQUEST_ID)) {
      seen.add(HeaderNames.X_REQUEST_ID, ANY_ID);
    }
    return seen;
  }

  private static String grpcPath(String method) {
    String bare = method.startsWith("/") ? method.substring(1) : method;
    int slash = bare.lastIndexOf('/');
    if (slash < 1 || slash == bare.length() - 1) {
      throw new IllegalArgumentException("'" + method + "' is not Service/Method");
    }
    return "/" + bare;
  }

  private static String httpPath(String path) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("'" + path + "' does not start with a slash");
    }
    return path;
  }
}
