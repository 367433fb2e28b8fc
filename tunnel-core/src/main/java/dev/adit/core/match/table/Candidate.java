package dev.adit.core.match.table;

import dev.adit.core.match.CallFacts;
import dev.adit.core.match.CallMatch;
import dev.adit.core.match.HostPattern;
import dev.adit.core.match.TextMatch;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * One host with one match of an entry. Its rank does not depend on the call, so the winner is
 * simply the first fitting candidate of the whole sorted table.
 *
 * @param host null: any host
 * @param position of the entry among all entries
 * @param rank of this candidate among all candidates; 0 beats everything
 */
record Candidate<T>(
    @Nullable HostPattern host, CallMatch match, int priority, int position, int rank, T value) {

  /**
   * The precedence of the Gateway API's GRPCRoute: every criterion decides only if all before it
   * are equal.
   */
  enum Criterion {
    PRIORITY("a higher priority", (a, b) -> Integer.compare(b.priority, a.priority)),
    HOST("a more specific host", (a, b) -> HostPattern.compare(a.host, b.host)),
    SERVICE("a more specific service", by(CallMatchPart.SERVICE)),
    METHOD("a more specific method", by(CallMatchPart.METHOD)),
    PATH("a more specific path", by(CallMatchPart.PATH)),
    HEADERS(
        "more header conditions",
        (a, b) -> Integer.compare(b.match.headers().size(), a.match.headers().size())),
    GROUP("a group", (a, b) -> Boolean.compare(a.match.group() == null, b.match.group() == null)),
    POSITION("an earlier place", (a, b) -> Integer.compare(a.position, b.position));

    private final String advantage;

    @SuppressWarnings("ImmutableEnumChecker") // the comparators have no state
    private final Comparator<Candidate<?>> order;

    Criterion(String advantage, Comparator<Candidate<?>> order) {
      this.advantage = advantage;
      this.order = order;
    }

    /** What the better one has that the other has not. */
    String advantage() {
      return advantage;
    }
  }

  private enum CallMatchPart {
    SERVICE,
    METHOD,
    PATH
  }

  /** The better candidate first; never 0 for different entries. */
  static int compare(Candidate<?> a, Candidate<?> b) {
    for (Criterion criterion : Criterion.values()) {
      int order = criterion.order.compare(a, b);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** The criterion that decided between two candidates. */
  static Criterion decisive(Candidate<?> better, Candidate<?> worse) {
    for (Criterion criterion : Criterion.values()) {
      if (criterion.order.compare(better, worse) != 0) {
        return criterion;
      }
    }
    return Criterion.POSITION;
  }

  Candidate<T> ranked(int newRank) {
    return new Candidate<>(host, match, priority, position, newRank, value);
  }

  boolean fits(CallFacts call) {
    return (host == null || host.fits(call.host())) && match.fits(call);
  }

  private static Comparator<Candidate<?>> by(CallMatchPart part) {
    return (a, b) -> compare(text(a.match, part), text(b.match, part));
  }

  private static @Nullable TextMatch text(CallMatch match, CallMatchPart part) {
    return switch (part) {
      case SERVICE -> match.service();
      case METHOD -> match.method();
      case PATH -> match.path();
    };
  }

  /** Exact before prefix, longer prefix before shorter, then regex, then none. */
  private static int compare(@Nullable TextMatch a, @Nullable TextMatch b) {
    if (a == null || b == null) {
      return Boolean.compare(a == null, b == null);
    }
    int kind = a.kind().compareTo(b.kind());
    if (kind != 0 || a.kind() != TextMatch.Kind.PREFIX) {
      return kind;
    }
    return Integer.compare(b.bytes().length(), a.bytes().length());
  }
}
