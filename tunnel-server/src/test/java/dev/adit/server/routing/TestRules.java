package dev.adit.server.routing;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.match.HostPattern;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.Balance;
import dev.adit.server.policy.GroupShare;
import dev.adit.server.policy.HeaderChanges;
import dev.adit.server.policy.RateLimit;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rules and calls for tests. */
final class TestRules {

  private TestRules() {}

  static Rule rule(String name, List<GroupShare> to, @Nullable RateLimit limit) {
    return rule(name, List.of(), to, limit);
  }

  static Rule ofHosts(String... hosts) {
    return rule(
        "r", Stream.of(hosts).map(HostPattern::parse).toList(), List.of(share("a", 1)), null);
  }

  private static Rule rule(
      String name, List<HostPattern> hosts, List<GroupShare> to, @Nullable RateLimit limit) {
    return new Rule(
        new RuleName(name),
        "test.yaml:1",
        hosts,
        List.of(),
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
        null);
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
