package dev.adit.core.match;

import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigValue;
import dev.adit.core.name.GroupName;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the match language from a file: the {@code hosts} and {@code matches} of rules and routes.
 */
public final class MatchReader {

  private static final Pattern SERVICE = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final Pattern METHOD = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final Pattern PATH = Pattern.compile("/[!-~&&[^?#]]*");

  /** Taken out of a call's fields, or refused, before anything is compared. */
  private static final Set<AsciiString> NEVER_THERE =
      Set.of(
          AsciiString.cached("grpc-timeout"),
          AsciiString.cached("connection"),
          AsciiString.cached("keep-alive"),
          AsciiString.cached("transfer-encoding"),
          AsciiString.cached("upgrade"));

  private static final Pattern HEADER = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]+");

  private final boolean groups;

  private MatchReader(boolean groups) {
    this.groups = groups;
  }

  /** For the server's rules, which choose the group and so cannot look at it. */
  public static MatchReader forRules() {
    return new MatchReader(false);
  }

  /** For the agent's routes, which may look at the group. */
  public static MatchReader forRoutes() {
    return new MatchReader(true);
  }

  /** The hosts of a rule; none means any. */
  public List<HostPattern> hosts(ConfigMap rule) {
    return rule.oneOrList(
        "hosts",
        value ->
            value.parse("a host such as api.example.com or *.example.com", HostPattern::parse));
  }

  /** The matches of a rule; none means every call. */
  public List<CallMatch> matches(ConfigMap rule) {
    return rule.listOfSome("matches", this::match);
  }

  private CallMatch match(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable TextMatch service =
        map.read("service", v -> text(v, "a service such as shop.v1.Orders", SERVICE));
    @Nullable TextMatch method = map.read("method", v -> text(v, "a method name", METHOD));
    @Nullable TextMatch path = map.read("path", v -> text(v, "a path such as /static/", PATH));
    List<HeaderMatch> headers = map.listOfSome("headers", MatchReader::header);
    @Nullable GroupName group =
        groups ? map.read("group", v -> v.parse("a group name", GroupName::new)) : null;
    map.end();
    if (map.isMapping() && map.all().isEmpty()) {
      value.reject(
          "expected a condition (service, method, path or headers); leave matches out to"
              + " match every call");
    }
    return new CallMatch(service, method, path, headers, group);
  }

  private static @Nullable TextMatch text(ConfigValue value, String what, Pattern allowed) {
    if (!value.isMapping()) {
      return value.parse(what, checked(allowed).andThen(TextMatch::exact));
    }
    ConfigMap map = value.map();
    @Nullable TextMatch exact =
        map.read("exact", v -> v.parse(what, checked(allowed).andThen(TextMatch::exact)));
    @Nullable TextMatch prefix =
        map.read(
            "prefix",
            v -> v.parse("the start of " + what, checked(allowed).andThen(TextMatch::prefix)));
    @Nullable TextMatch regex = map.read("regex", MatchReader::regex);
    map.end();
    if (map.isMapping() && count(map, "exact", "prefix", "regex") != 1) {
      value.reject(
          "expected " + what + ", or exactly one of {exact: ..}, {prefix: ..}, {regex: ..}");
    }
    return exact != null ? exact : prefix != null ? prefix : regex;
  }

  private static UnaryOperator<String> checked(Pattern allowed) {
    return text -> {
      if (text.startsWith("/") && allowed != PATH) {
        throw new IllegalArgumentException("leave the slash out of '" + text + "'");
      }
      if (text.indexOf('/') >= 0 && allowed != PATH) {
        throw new IllegalArgumentException("write the method in '" + text + "' as method:");
      }
      if (!allowed.matcher(text).matches()) {
        throw new IllegalArgumentException("'" + text + "' cannot be one");
      }
      return text;
    };
  }

  private static @Nullable TextMatch regex(ConfigValue value) {
    return value.parse("a regular expression in RE2 syntax", TextMatch::regex);
  }

  private static @Nullable HeaderMatch header(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable ConfigValue nameValue = map.required("name", "the name of a header");
    @Nullable AsciiString name = nameValue == null ? null : headerName(nameValue);
    @Nullable TextMatch exact =
        map.read("value", v -> present(v.textOrEmpty("the header's value")));
    @Nullable TextMatch regex = map.read("regex", MatchReader::regex);
    boolean present = onlyTrue(map, "present");
    boolean absent = onlyTrue(map, "absent");
    map.end();
    if (map.isMapping() && count(map, "value", "regex", "present", "absent") != 1) {
      value.reject("expected exactly one of value, regex, present: true, absent: true");
    }
    if (name == null) {
      return null;
    }
    if (present || absent) {
      HeaderMatch.Kind kind = present ? HeaderMatch.Kind.PRESENT : HeaderMatch.Kind.ABSENT;
      return new HeaderMatch(name, kind, null);
    }
    @Nullable TextMatch text = exact != null ? exact : regex;
    return text == null ? null : new HeaderMatch(name, HeaderMatch.Kind.VALUE, text);
  }

  private static @Nullable TextMatch present(@Nullable String text) {
    return text == null ? null : TextMatch.exact(text);
  }

  private static boolean onlyTrue(ConfigMap map, String key) {
    @Nullable ConfigValue value = map.optional(key);
    if (value == null) {
      return false;
    }
    if (!value.bool(true)) {
      value.reject("expected true; leave the key out instead of false");
    }
    return true;
  }

  /** The name, in lower case as HTTP/2 sends it, of a header that rules may see. */
  public static @Nullable AsciiString headerName(ConfigValue value) {
    return value.parse(
        "the name of a header",
        text -> {
          AsciiString name = headerName(text);
          if (name.contentEquals("host")) {
            throw new IllegalArgumentException("use hosts for '" + text + "'");
          }
          if (NEVER_THERE.contains(name)) {
            throw new IllegalArgumentException(
                "'" + text + "' belongs to the connection or to gRPC, and no rule sees it");
          }
          return name;
        });
  }

  /** The name of a header in lower case; throws if it cannot be one. */
  public static AsciiString headerName(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith(":")) {
      throw new IllegalArgumentException("use hosts, service, method or path for '" + text + "'");
    }
    if (!HEADER.matcher(lower).matches()) {
      throw new IllegalArgumentException("'" + text + "' cannot be one");
    }
    return AsciiString.of(lower);
  }

  private static int count(ConfigMap map, String... keys) {
    int count = 0;
    for (String key : keys) {
      count += map.has(key) ? 1 : 0;
    }
    return count;
  }
}
