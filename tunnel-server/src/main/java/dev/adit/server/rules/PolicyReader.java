package dev.adit.server.rules;

import dev.adit.core.call.GrpcCode;
import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigValue;
import dev.adit.core.match.MatchReader;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.HeaderChanges;
import dev.adit.server.policy.HeaderChanges.Field;
import dev.adit.server.policy.Mirror;
import dev.adit.server.policy.RateLimit;
import dev.adit.server.policy.RetryPolicy;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what a rule asks for beyond its groups. */
final class PolicyReader {

  private static final Duration MIN = Duration.ofMillis(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int MAX_CALLS = 1_000_000_000;

  /** Longest time that a full bucket may stand for; keeps the arithmetic within a long. */
  private static final Duration MAX_BUCKET = Duration.ofDays(365);

  /** What HTTP/2 or gRPC itself decides about; a rule must not. */
  private static final Set<String> RESERVED =
      Set.of(
          "connection",
          "content-length",
          "content-type",
          "grpc-encoding",
          "grpc-message",
          "grpc-status",
          "grpc-timeout",
          "host",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private PolicyReader() {}

  static RetryPolicy retry(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable ConfigValue codes =
        map.required("retryableStatusCodes", "a list such as [UNAVAILABLE]");
    List<GrpcCode> read = codes == null ? List.of() : codes.listOfSome(PolicyReader::code);
    Duration initial = map.duration("initialBackoff", Duration.ofMillis(100), MIN, HOUR);
    Duration max = map.duration("maxBackoff", Duration.ofSeconds(1), MIN, HOUR);
    @Nullable ConfigValue multiplier = map.optional("backoffMultiplier");
    @Nullable ConfigValue attempt = map.optional("perAttemptTimeout");
    RetryPolicy retry =
        new RetryPolicy(
            map.integer("maxAttempts", 3, 2, 5),
            initial,
            max,
            multiplier == null ? 2.0 : multiplier.decimal(2.0, 1.0, 100.0),
            new HashSet<>(read),
            attempt == null ? null : attempt.duration(HOUR, MIN, HOUR));
    map.end();
    if (max.compareTo(initial) < 0) {
      value.reject("expected maxBackoff to be at least initialBackoff");
    }
    return retry;
  }

  private static @Nullable GrpcCode code(ConfigValue value) {
    @Nullable String text = value.text("a gRPC status code");
    for (GrpcCode code : GrpcCode.values()) {
      if (code != GrpcCode.OK && code.name().equals(text)) {
        return code;
      }
    }
    if (text != null) {
      List<String> names = Arrays.stream(GrpcCode.values()).skip(1).map(Enum::name).toList();
      value.rejectWord("expected a gRPC status code such as UNAVAILABLE", names, text);
    }
    return null;
  }

  static @Nullable RateLimit rateLimit(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable ConfigValue callsValue = map.required("calls", "how many calls are allowed");
    int calls = callsValue == null ? 1 : callsValue.integer(1, 1, MAX_CALLS);
    Duration per = map.duration("per", Duration.ofSeconds(1), MIN, Duration.ofDays(1));
    int burst = map.integer("burst", calls, 1, MAX_CALLS);
    @Nullable AsciiString key = map.read("key", PolicyReader::headerOf);
    map.end();
    if (!per.dividedBy(calls).multipliedBy(burst).minus(MAX_BUCKET).isNegative()) {
      value.reject("expected a burst that refills within a year");
      return null;
    }
    return new RateLimit(calls, per, burst, key);
  }

  static @Nullable Mirror mirror(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable ConfigValue groupValue = map.required("group", "the name of a group");
    @Nullable GroupName group = groupValue == null ? null : RuleReader.group(groupValue);
    @Nullable ConfigValue percent = map.optional("percent");
    Double share = percent == null ? 100.0 : percent.percent(100.0);
    map.end();
    return group == null ? null : new Mirror(group, share);
  }

  static HeaderChanges headers(@Nullable ConfigValue value) {
    if (value == null) {
      return HeaderChanges.NONE;
    }
    ConfigMap map = value.map();
    List<Field> set = fields(map.childOrEmpty("set"), map.has("set"));
    List<Field> add = fields(map.childOrEmpty("add"), map.has("add"));
    List<AsciiString> remove = map.has("remove") ? removed(map) : List.of();
    map.end();
    return new HeaderChanges(set, add, remove);
  }

  private static List<AsciiString> removed(ConfigMap map) {
    return map.list("remove", v -> v.parse("the name of a header", PolicyReader::changeableName));
  }

  private static List<Field> fields(ConfigMap map, boolean there) {
    List<Field> fields = new ArrayList<>();
    if (there) {
      map.all()
          .forEach(
              (name, value) -> {
                @Nullable Field field = field(name, value);
                if (field != null) {
                  fields.add(field);
                }
              });
    }
    return fields;
  }

  private static @Nullable Field field(String name, ConfigValue value) {
    @Nullable String text = value.textOrEmpty("a header's value");
    try {
      AsciiString lower = changeableName(name);
      return text == null
          ? null
          : new Field(lower, new AsciiString(text.getBytes(StandardCharsets.UTF_8), false));
    } catch (IllegalArgumentException e) {
      value.reject("expected the name of a header; " + e.getMessage());
      return null;
    }
  }

  private static AsciiString changeableName(String name) {
    AsciiString lower = MatchReader.headerName(name);
    if (RESERVED.contains(lower.toString())) {
      throw new IllegalArgumentException("'" + lower + "' belongs to HTTP or gRPC itself");
    }
    return lower;
  }

  /** The name in {@code {header: NAME}}. */
  static @Nullable AsciiString headerOf(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable ConfigValue header = map.required("header", "the name of a header");
    @Nullable AsciiString name = header == null ? null : MatchReader.headerName(header);
    map.end();
    return name;
  }
}
