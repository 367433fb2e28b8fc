package dev.adit.server.routing;

import dev.adit.core.match.CallMatch;
import dev.adit.core.match.HostPattern;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.Balance;
import dev.adit.server.policy.GroupShare;
import dev.adit.server.policy.HeaderChanges;
import dev.adit.server.policy.Mirror;
import dev.adit.server.policy.RateLimit;
import dev.adit.server.policy.RetryPolicy;
import dev.adit.server.policy.auth.AuthPolicy;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One configured line: which calls it is for, the groups they go to, and what is done on the way.
 *
 * @param place where it is written, as {@code file:line}
 * @param hosts none: any host
 * @param matches none: every call
 * @param to one group, or several that share the calls
 * @param fallback used when no group of {@code to} has a live agent
 * @param timeout cap on the caller's deadline; null: none
 * @param idleTimeout longest silence on a call; null: none
 * @param setHost the authority the backend sees; null: the caller's
 * @param auth null: open to everybody
 */
public record Rule(
    RuleName name,
    String place,
    List<HostPattern> hosts,
    List<CallMatch> matches,
    int priority,
    List<GroupShare> to,
    @Nullable GroupName fallback,
    Balance balance,
    @Nullable Duration timeout,
    @Nullable Duration idleTimeout,
    @Nullable RetryPolicy retry,
    @Nullable RateLimit rateLimit,
    @Nullable Mirror mirror,
    HeaderChanges requestHeaders,
    HeaderChanges responseHeaders,
    @Nullable AsciiString setHost,
    @Nullable AuthPolicy auth) {

  public Rule {
    hosts = List.copyOf(hosts);
    matches = List.copyOf(matches);
    to = List.copyOf(to);
    if (to.isEmpty()) {
      throw new IllegalArgumentException("rule " + name + " goes to no group");
    }
  }

  /** Every group this rule may send a call or its copy to. */
  public List<GroupName> groups() {
    List<GroupName> groups = new ArrayList<>(to.stream().map(GroupShare::group).toList());
    if (fallback != null) {
      groups.add(fallback);
    }
    if (mirror != null) {
      groups.add(mirror.group());
    }
    return groups;
  }
}
