package dev.adit.server.routing;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.match.HostPattern;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.auth.JwtVerifier;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Ticker;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of routing: the rule of a call, with what has to be counted over all its calls. There
 * is one for each rule of a table; it outlives a reload that leaves its rule's shares and limits as
 * they were. Any thread.
 */
public final class Route {

  private final Rule rule;
  private final Split split;
  private final @Nullable RateLimiter limiter;
  private final AsciiString ruleText;
  private final List<Host> hosts;
  private final RetryBudget retries;
  private final @Nullable JwtVerifier jwt;

  // shared: calls that chose their agent in turn
  private final AtomicInteger turn = new AtomicInteger();

  private Route(
      Rule rule,
      Split split,
      @Nullable RateLimiter limiter,
      RetryBudget retries,
      @Nullable JwtVerifier jwt) {
    this.rule = rule;
    this.split = split;
    this.limiter = limiter;
    this.retries = retries;
    this.jwt = jwt;
    ruleText = AsciiString.cached(rule.name().value());
    hosts = rule.hosts().stream().sorted(HostPattern::compare).map(Host::of).toList();
  }

  /** A host of the rule with what it is called. */
  private record Host(HostPattern pattern, AsciiString text) {
    static Host of(HostPattern pattern) {
      return new Host(pattern, AsciiString.cached(pattern.toString()));
    }
  }

  /**
   * @param before the route of the rule of this name until now, whose counts go on; null if none
   * @param jwt judges the JWTs of the rule's callers; null if it accepts none
   */
  static Route of(Rule rule, @Nullable Route before, @Nullable JwtVerifier jwt) {
    boolean sameSplit = before != null && before.rule.to().equals(rule.to());
    Split split = before != null && sameSplit ? before.split : new Split(rule.to());
    RetryBudget retries = before == null ? new RetryBudget() : before.retries;
    return new Route(rule, split, limiter(rule, before), retries, jwt);
  }

  private static @Nullable RateLimiter limiter(Rule rule, @Nullable Route before) {
    if (rule.rateLimit() == null) {
      return null;
    }
    @Nullable RateLimiter known = before == null ? null : before.limiter;
    boolean same = known != null && known.limit().equals(rule.rateLimit());
    return same ? known : new RateLimiter(rule.rateLimit());
  }

  public Rule rule() {
    return rule;
  }

  /** A number that grows by one with each call of this method, for choosing agents in turn. */
  public int nextTurn() {
    return turn.getAndIncrement();
  }

  /** What the rule's retry policy may still spend. */
  public RetryBudget retries() {
    return retries;
  }

  /** Judges the JWTs of the rule's callers; null if it accepts none. */
  public @Nullable JwtVerifier jwt() {
    return jwt;
  }

  /** The rule's name as it goes on the wire and into logs. */
  public AsciiString ruleText() {
    return ruleText;
  }

  /**
   * The one of the rule's hosts that a call of it fits, the most specific of several; empty if the
   * rule takes any host.
   *
   * @param authority of the call
   */
  public AsciiString hostText(AsciiString authority) {
    if (hosts.size() == 1) {
      return hosts.get(0).text();
    }
    if (!hosts.isEmpty()) {
      AsciiString host = HostPattern.hostOf(authority);
      for (Host each : hosts) {
        if (each.pattern().fits(host)) {
          return each.text();
        }
      }
    }
    return AsciiString.EMPTY_STRING;
  }

  /**
   * The group for one call: by the split's turn among its live groups, else the fallback if that is
   * live; null if no group is live. Each call of this method counts as a call in the split.
   */
  public @Nullable GroupName chooseGroup(Predicate<GroupName> isLive) {
    @Nullable GroupName chosen = split.choose(isLive);
    if (chosen != null) {
      return chosen;
    }
    @Nullable GroupName fallback = rule.fallback();
    return fallback != null && isLive.test(fallback) ? fallback : null;
  }

  /** Whether {@link #chooseGroup} could choose one of these groups; counts nothing. */
  public boolean mayChoose(Predicate<GroupName> groups) {
    @Nullable GroupName fallback = rule.fallback();
    return rule.to().stream().anyMatch(share -> groups.test(share.group()))
        || (fallback != null && groups.test(fallback));
  }

  /**
   * Counts a call against the rule's limit: 0 if it may go on, else the nanoseconds after which one
   * may.
   *
   * @param fields the call's headers; borrowed
   * @param ticker of the call's loop
   */
  public long nanosUntilAllowed(HeaderFields fields, Ticker ticker) {
    return limiter == null ? 0 : limiter.take(fields, ticker.nanoTime());
  }

  @Override
  public String toString() {
    return "Route[" + rule.name() + "]";
  }
}
