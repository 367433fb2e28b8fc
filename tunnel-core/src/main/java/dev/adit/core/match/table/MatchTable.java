package dev.adit.core.match.table;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.match.CallFacts;
import dev.adit.core.match.CallMatch;
import dev.adit.core.match.HeaderMatch;
import dev.adit.core.match.HostPattern;
import dev.adit.core.match.MatchEntry;
import dev.adit.core.name.GroupName;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An immutable table of matches. A decision is taken by hash look-ups (host, then call, service,
 * path or their prefixes, then header values) and remembered by what it depends on, in bounded
 * memory; taking a remembered one allocates nothing. Any thread.
 */
public final class MatchTable<T> {

  /** Bytes of keys that are remembered, with what the cache itself needs for an entry. */
  private static final long CACHE_BYTES = 16L * 1024 * 1024;

  private static final int ENTRY_BYTES = 256;

  /** Longer keys are decided anew each time: a caller must not choose how much we remember. */
  private static final int MAX_KEY_BYTES = 2048;

  private static final FastThreadLocal<DecisionKey> PROBE =
      new FastThreadLocal<>() {
        @Override
        protected DecisionKey initialValue() {
          return new DecisionKey();
        }
      };

  private final List<MatchEntry<T>> entries;
  private final List<Candidate<T>> candidates;
  private final Map<AsciiString, HostIndex<T>> exactHosts;
  private final Map<AsciiString, HostIndex<T>> wildcardHosts;
  private final HostIndex<T> anyHost;
  private final AsciiString[] headersLookedAt;

  // shared: a Caffeine cache, safe for all threads; losing an entry only costs a decision; null in
  // an empty table, as is that of an agent with one upstream
  private final @Nullable Cache<DecisionKey, Decision<T>> decisions;

  private record Decision<T>(@Nullable T value) {}

  private MatchTable(List<MatchEntry<T>> entries) {
    this.entries = List.copyOf(entries);
    this.decisions = entries.isEmpty() ? null : newCache();
    this.candidates = ranked(this.entries);
    Map<AsciiString, List<Candidate<T>>> exact = new HashMap<>();
    Map<AsciiString, List<Candidate<T>>> wildcard = new HashMap<>();
    List<Candidate<T>> any = new ArrayList<>();
    for (Candidate<T> candidate : candidates) {
      @Nullable HostPattern host = candidate.host();
      if (host == null) {
        any.add(candidate);
      } else {
        (host.wildcard() ? wildcard : exact)
            .computeIfAbsent(host.name(), name -> new ArrayList<>())
            .add(candidate);
      }
    }
    this.exactHosts = indexes(exact);
    this.wildcardHosts = indexes(wildcard);
    this.anyHost = new HostIndex<>(any);
    this.headersLookedAt =
        candidates.stream()
            .flatMap(candidate -> candidate.match().headers().stream())
            .map(HeaderMatch::name)
            .distinct()
            .toArray(AsciiString[]::new);
  }

  private static <T> Cache<DecisionKey, Decision<T>> newCache() {
    return Caffeine.newBuilder()
        .maximumWeight(CACHE_BYTES)
        .weigher((DecisionKey key, Decision<T> decision) -> ENTRY_BYTES + key.bytes())
        .executor(Runnable::run)
        .build();
  }

  /** Compiles the entries; an earlier one wins a tie. */
  public static <T> MatchTable<T> of(List<MatchEntry<T>> entries) {
    return new MatchTable<>(entries);
  }

  /** The entries as they were given. */
  public List<MatchEntry<T>> entries() {
    return entries;
  }

  /**
   * The value of the winning entry, or null if none fits.
   *
   * @param headers borrowed for the time of the call
   * @param group null on the server
   */
  public @Nullable T find(CallHeaders headers, @Nullable GroupName group) {
    if (decisions == null) {
      return null;
    }
    DecisionKey probe = PROBE.get();
    probe.fill(headers, group, headersLookedAt);
    @Nullable Decision<T> known = decisions.getIfPresent(probe);
    if (known != null) {
      return known.value();
    }
    @Nullable Candidate<T> winner = decide(CallFacts.of(headers, group));
    @Nullable T value = winner == null ? null : winner.value();
    if (probe.bytes() <= MAX_KEY_BYTES) {
      decisions.put(probe.copy(), new Decision<>(value));
    }
    return value;
  }

  /** What became of every entry, in the order they were given. */
  public List<Explained<T>> explain(CallHeaders headers, @Nullable GroupName group) {
    CallFacts call = CallFacts.of(headers, group);
    @Nullable Candidate<T> winner = decide(call);
    Map<Integer, Candidate<T>> bestFitting = new HashMap<>();
    for (Candidate<T> candidate : candidates) {
      if (candidate.fits(call)) {
        bestFitting.putIfAbsent(candidate.position(), candidate);
      }
    }
    List<Explained<T>> explained = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      @Nullable Candidate<T> fitting = bestFitting.get(i);
      explained.add(
          fitting == null || winner == null
              ? mismatch(entries.get(i), call)
              : fits(fitting, winner));
    }
    return explained;
  }

  private static <T> Explained<T> fits(Candidate<T> fitting, Candidate<T> winner) {
    if (fitting.position() == winner.position()) {
      return new Explained<>(fitting.value(), Explained.Outcome.WON, "every condition holds");
    }
    String advantage = Candidate.decisive(winner, fitting).advantage();
    return new Explained<>(
        fitting.value(), Explained.Outcome.OUTRANKED, "fits, but the winner has " + advantage);
  }

  private static <T> Explained<T> mismatch(MatchEntry<T> entry, CallFacts call) {
    String reason;
    if (!HostPattern.anyFits(entry.hosts(), call.host())) {
      reason =
          "host is not "
              + entry.hosts().stream()
                  .map(host -> "'" + host + "'")
                  .collect(Collectors.joining(" or "));
    } else {
      reason =
          entry.matches().stream()
              .map(match -> String.valueOf(match.mismatch(call)))
              .distinct()
              .collect(Collectors.joining("; "));
    }
    return new Explained<>(entry.value(), Explained.Outcome.MISMATCH, reason);
  }

  private @Nullable Candidate<T> decide(CallFacts call) {
    AsciiString host = call.host();
    @Nullable Candidate<T> best = anyHost.better(null, call);
    @Nullable HostIndex<T> exact = exactHosts.get(host);
    if (exact != null) {
      best = exact.better(best, call);
    }
    if (wildcardHosts.isEmpty()) {
      return best;
    }
    for (int dot = host.indexOf('.', 1); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      @Nullable HostIndex<T> index =
          wildcardHosts.get(host.subSequence(dot + 1, host.length(), false));
      best = index == null ? best : index.better(best, call);
    }
    return best;
  }

  private static <T> List<Candidate<T>> ranked(List<MatchEntry<T>> entries) {
    List<Candidate<T>> all = new ArrayList<>();
    for (int position = 0; position < entries.size(); position++) {
      MatchEntry<T> entry = entries.get(position);
      List<CallMatch> matches =
          entry.matches().isEmpty() ? List.of(CallMatch.ANY) : entry.matches();
      for (CallMatch match : matches) {
        if (entry.hosts().isEmpty()) {
          all.add(new Candidate<>(null, match, entry.priority(), position, 0, entry.value()));
        }
        for (HostPattern host : entry.hosts()) {
          all.add(new Candidate<>(host, match, entry.priority(), position, 0, entry.value()));
        }
      }
    }
    all.sort(Candidate::compare);
    List<Candidate<T>> ranked = new ArrayList<>(all.size());
    all.forEach(candidate -> ranked.add(candidate.ranked(ranked.size())));
    return ranked;
  }

  private static <T> Map<AsciiString, HostIndex<T>> indexes(
      Map<AsciiString, List<Candidate<T>>> byHost) {
    Map<AsciiString, HostIndex<T>> indexes = new HashMap<>();
    byHost.forEach((host, candidates) -> indexes.put(host, new HostIndex<>(candidates)));
    return indexes;
  }
}
