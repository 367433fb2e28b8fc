package dev.adit.server.routing;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.match.CallMatch;
import dev.adit.core.match.HostPattern;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.Balance;
import dev.adit.server.policy.GroupShare;
import dev.adit.server.policy.HeaderChanges;
import dev.adit.server.policy.RateLimit;
import dev.adit.server.policy.auth.AuthPolicy;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rules and calls for tests. */
final class TestRules {

  private TestRules() {}

  static Rule rule(String name, List<GroupShare> to, @Nullable RateLimit limit) {
    return rule(name, List.of(), List.of(), to, limit, null);
  }

  static Rule rule(String name, CallMatch match, @Nullable AuthPolicy auth) {
    return rule(name, List.of(), List.of(match), List.of(share("a", 1)), null, auth);
  }

  static Rule ofHosts(String... hosts) {
    return rule(
        "r",
        Stream.of(hosts).map(HostPattern::parse).toList(),
        List.of(),
        List.of(share("a", 1)),
        null,
        null);
  }

  private static Rule rule(
      String name,
      List<HostPattern> hosts,
      List<CallMatch> matches,
      List<GroupShare> to,
      @Nullable RateLimit limit,
      @Nullable AuthPolicy auth) {
    return new Rule(
        new RuleName(name),
        "test.yaml:1",
        hosts,
        matches,
        0,
        to,
        new GroupName("spare"),
        Balance.DEFAULT,
        null,
        null,
        null,
        limit,
        null,
        HeaderChanges.NONE,
        HeaderChanges.NONE,
        null,
        auth);
  }

  static GroupShare share(String group, int weight) {
    return new GroupShare(new GroupName(group), weight);
  }

  static CallHeaders call() {
    return new CallHeaders(
        CallProtocol.GRPC,
        AsciiString.of("POST"),
        AsciiString.of("http"),
        AsciiString.of("a.example"),
        AsciiString.of("/s.S/M"),
        new HeaderFields(),
        CallHeaders.NO_TIMEOUT);
  }
}
