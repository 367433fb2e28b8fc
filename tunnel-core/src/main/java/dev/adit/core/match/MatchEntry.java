package dev.adit.core.match;

import java.util.List;

/**
 * One line of a table: which calls it is for and what they get. Earlier lines win ties.
 *
 * @param hosts none: any host
 * @param matches none: every call
 */
public record MatchEntry<T>(
    List<HostPattern> hosts, List<CallMatch> matches, int priority, T value) {

  public MatchEntry {
    hosts = List.copyOf(hosts);
    matches = List.copyOf(matches);
  }

  /** Whether the host and any of the matches fit. */
  public boolean fits(CallFacts call) {
    if (!HostPattern.anyFits(hosts, call.host())) {
      return false;
    }
    for (CallMatch match : matches) {
      if (match.fits(call)) {
        return true;
      }
    }
    return matches.isEmpty();
  }
}
