package dev.adit.server.rules;

import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigValue;
import dev.adit.core.config.HostPort;
import dev.adit.core.match.CallMatch;
import dev.adit.core.match.HostPattern;
import dev.adit.core.match.MatchReader;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.Balance;
import dev.adit.server.policy.GroupShare;
import dev.adit.server.policy.HeaderChanges;
import dev.adit.server.policy.Mirror;
import dev.adit.server.policy.RateLimit;
import dev.adit.server.policy.RetryPolicy;
import dev.adit.server.policy.auth.AuthPolicy;
import dev.adit.server.routing.Rule;
import dev.adit.server.routing.RuleName;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one rule. Confined to one thread. */
final class RuleReader {

  private static final int MAX_PRIORITY = 1_000_000;
  private static final int MAX_PARTS = 8;
  private static final int MAX_WEIGHT = 10_000;
  private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
  private static final Duration MAX_TIMEOUT = Duration.ofDays(365);

  private final ConfigMap map;
  private final AuthReader auth;

  RuleReader(ConfigMap map, AuthReader auth) {
    this.map = map;
    this.auth = auth;
  }

  /** The rule, or null if it has no usable name or group. */
  @Nullable Rule read() {
    @Nullable RuleName name = name();
    MatchReader reader = MatchReader.forRules();
    List<HostPattern> hosts = reader.hosts(map);
    List<CallMatch> matches = reader.matches(map);
    int priority = map.integer("priority", 0, -MAX_PRIORITY, MAX_PRIORITY);
    List<GroupShare> to = to();
    @Nullable GroupName fallback = map.read("fallback", RuleReader::group);
    Balance balance = balance();
    @Nullable Duration timeout = map.read("timeout", RuleReader::timeout);
    @Nullable Duration idleTimeout = map.read("idleTimeout", RuleReader::timeout);
    @Nullable RetryPolicy retry = map.read("retry", PolicyReader::retry);
    @Nullable RateLimit rateLimit = map.read("rateLimit", PolicyReader::rateLimit);
    @Nullable Mirror mirror = map.read("mirror", PolicyReader::mirror);
    HeaderChanges requestHeaders = PolicyReader.headers(map.optional("requestHeaders"));
    HeaderChanges responseHeaders = PolicyReader.headers(map.optional("responseHeaders"));
    @Nullable AsciiString setHost = map.read("setHost", RuleReader::authority);
    @Nullable AuthPolicy policy = map.read("auth", auth::auth);
    map.end();
    if (name == null || to.isEmpty()) {
      return null;
    }
    return new Rule(
        name,
        map.value().place(),
        hosts,
        matches,
        priority,
        to,
        fallback,
        balance,
        timeout,
        idleTimeout,
        retry,
        rateLimit,
        mirror,
        requestHeaders,
        responseHeaders,
        setHost,
        policy);
  }

  private @Nullable RuleName name() {
    @Nullable ConfigValue value = map.required("name", "a name for the rule");
    return value == null ? null : value.parse("a rule's name", RuleName::new);
  }

  private List<GroupShare> to() {
    @Nullable ConfigValue value = map.required("to", "a group, or a list of groups with weights");
    if (value == null) {
      return List.of();
    }
    if (!value.isList()) {
      @Nullable GroupName only = value.isMapping() ? null : group(value);
      if (value.isMapping()) {
        value.reject("expected a group, or a list such as [{group: shop, weight: 90}, ..]");
      }
      return only == null ? List.of() : List.of(new GroupShare(only, 1));
    }
    List<GroupShare> parts = value.listOfSome(RuleReader::share);
    Set<GroupName> seen = new HashSet<>();
    for (GroupShare part : parts) {
      if (!seen.add(part.group())) {
        value.reject("expected each group once; '" + part.group() + "' is there twice");
      }
    }
    if (parts.size() > MAX_PARTS) {
      value.reject("expected at most " + MAX_PARTS + " groups, found " + parts.size());
      return parts.subList(0, MAX_PARTS);
    }
    return parts;
  }

  private static @Nullable GroupShare share(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable ConfigValue groupValue = map.required("group", "the name of a group");
    @Nullable GroupName group = groupValue == null ? null : group(groupValue);
    @Nullable ConfigValue weightValue =
        map.required("weight", "a whole number from 1 to " + MAX_WEIGHT);
    int weight = weightValue == null ? 1 : weightValue.integer(1, 1, MAX_WEIGHT);
    map.end();
    return group == null ? null : new GroupShare(group, weight);
  }

  private Balance balance() {
    @Nullable ConfigValue value = map.optional("balance");
    if (value == null) {
      return Balance.DEFAULT;
    }
    if (value.isMapping()) {
      return hash(value.map());
    }
    if (value.isWord("hash")) {
      value.reject("expected the header beside it", "{hash: {header: NAME}}");
      return Balance.DEFAULT;
    }
    Simple kind = value.choice(Simple.class, Simple.LEAST_CALLS);
    return switch (kind) {
      case LEAST_CALLS -> Balance.DEFAULT;
      case ROUND_ROBIN -> new Balance(Balance.Kind.ROUND_ROBIN, null);
    };
  }

  /** The ways of balancing that need no parameter. */
  private enum Simple {
    LEAST_CALLS,
    ROUND_ROBIN
  }

  private static Balance hash(ConfigMap balance) {
    @Nullable ConfigValue value = balance.required("hash", "{header: NAME}");
    @Nullable AsciiString header = value == null ? null : PolicyReader.headerOf(value);
    balance.end();
    return header == null ? Balance.DEFAULT : new Balance(Balance.Kind.HASH, header);
  }

  static @Nullable GroupName group(ConfigValue value) {
    return value.parse("the name of a group", GroupName::new);
  }

  private static Duration timeout(ConfigValue value) {
    return value.duration(MIN_TIMEOUT, MIN_TIMEOUT, MAX_TIMEOUT);
  }

  private static @Nullable AsciiString authority(ConfigValue value) {
    return value.parse(
        "a host, with or without a port",
        text -> {
          HostPort.parse(text.matches(".*:[0-9]+") ? text : text + ":1");
          return AsciiString.of(text);
        });
  }
}
