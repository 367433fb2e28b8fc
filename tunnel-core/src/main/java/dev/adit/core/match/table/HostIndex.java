package dev.adit.core.match.table;

import dev.adit.core.match.CallFacts;
import dev.adit.core.match.CallMatch;
import dev.adit.core.match.TextMatch;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The candidates of one host pattern. Each is filed once, under its most selective condition that
 * can be hashed; whether the others hold is checked when it is met.
 */
final class HostIndex<T> {

  private final Map<AsciiString, CandidateList<T>> byCall;
  private final Map<AsciiString, CandidateList<T>> byService;
  private final Map<AsciiString, CandidateList<T>> byMethod;
  private final Map<AsciiString, CandidateList<T>> byPath;
  private final PrefixIndex<T> byServicePrefix;
  private final PrefixIndex<T> byPathPrefix;
  private final CandidateList<T> rest;

  /**
   * @param sorted best first
   */
  HostIndex(List<Candidate<T>> sorted) {
    Map<AsciiString, List<Candidate<T>>> calls = new HashMap<>();
    Map<AsciiString, List<Candidate<T>>> services = new HashMap<>();
    Map<AsciiString, List<Candidate<T>>> methods = new HashMap<>();
    Map<AsciiString, List<Candidate<T>>> paths = new HashMap<>();
    Map<AsciiString, List<Candidate<T>>> servicePrefixes = new HashMap<>();
    Map<AsciiString, List<Candidate<T>>> pathPrefixes = new HashMap<>();
    List<Candidate<T>> others = new ArrayList<>();
    for (Candidate<T> candidate : sorted) {
      CallMatch match = candidate.match();
      @Nullable AsciiString service = key(match.service(), TextMatch.Kind.EXACT);
      @Nullable AsciiString method = key(match.method(), TextMatch.Kind.EXACT);
      if (service != null && method != null) {
        file(calls, call(service, method), candidate);
      } else if (service != null) {
        file(services, service, candidate);
      } else if (is(match.path(), TextMatch.Kind.EXACT)) {
        file(paths, key(match.path(), TextMatch.Kind.EXACT), candidate);
      } else if (is(match.service(), TextMatch.Kind.PREFIX)) {
        file(servicePrefixes, key(match.service(), TextMatch.Kind.PREFIX), candidate);
      } else if (is(match.path(), TextMatch.Kind.PREFIX)) {
        file(pathPrefixes, key(match.path(), TextMatch.Kind.PREFIX), candidate);
      } else if (method != null) {
        file(methods, method, candidate);
      } else {
        others.add(candidate);
      }
    }
    this.byCall = lists(calls);
    this.byService = lists(services);
    this.byMethod = lists(methods);
    this.byPath = lists(paths);
    this.byServicePrefix = new PrefixIndex<>(servicePrefixes);
    this.byPathPrefix = new PrefixIndex<>(pathPrefixes);
    this.rest = CandidateList.of(others);
  }

  /** The better of {@code best} and the best candidate here that fits. */
  @Nullable Candidate<T> better(@Nullable Candidate<T> best, CallFacts call) {
    @Nullable Candidate<T> found = best;
    if (call.service() != null) {
      found = in(byCall, call.path(), found, call);
      found = in(byService, call.service(), found, call);
      found = byServicePrefix.better(found, call.service(), call);
      found = in(byMethod, call.method(), found, call);
    }
    found = in(byPath, call.path(), found, call);
    found = byPathPrefix.better(found, call.path(), call);
    return rest.better(found, call);
  }

  private static <T> @Nullable Candidate<T> in(
      Map<AsciiString, CandidateList<T>> lists,
      @Nullable AsciiString key,
      @Nullable Candidate<T> best,
      CallFacts call) {
    @Nullable CandidateList<T> list = key == null ? null : lists.get(key);
    return list == null ? best : list.better(best, call);
  }

  private static <T> void file(
      Map<AsciiString, List<Candidate<T>>> lists,
      @Nullable AsciiString key,
      Candidate<T> candidate) {
    if (key == null) {
      throw new AssertionError("filed without a key: " + candidate);
    }
    lists.computeIfAbsent(key, k -> new ArrayList<>()).add(candidate);
  }

  private static boolean is(@Nullable TextMatch match, TextMatch.Kind kind) {
    return match != null && match.kind() == kind;
  }

  private static @Nullable AsciiString key(@Nullable TextMatch match, TextMatch.Kind kind) {
    return match != null && match.kind() == kind ? match.bytes() : null;
  }

  private static AsciiString call(AsciiString service, AsciiString method) {
    return AsciiString.of("/" + service + "/" + method);
  }

  private static <T> Map<AsciiString, CandidateList<T>> lists(
      Map<AsciiString, List<Candidate<T>>> sorted) {
    Map<AsciiString, CandidateList<T>> lists = new HashMap<>();
    sorted.forEach((key, candidates) -> lists.put(key, CandidateList.of(candidates)));
    return lists;
  }
}
