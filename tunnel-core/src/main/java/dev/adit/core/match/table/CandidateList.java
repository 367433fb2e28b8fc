package dev.adit.core.match.table;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.match.CallFacts;
import dev.adit.core.match.HeaderMatch;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Candidates that share an index key, best first. Long lists are split once more by the exact
 * header value they ask for (the case of one rule per tenant); the rest is walked, and no further
 * than the best found so far.
 */
final class CandidateList<T> {

  private static final int WORTH_AN_INDEX = 8;

  private final List<Candidate<T>> walked;
  private final Map<AsciiString, Map<AsciiString, CandidateList<T>>> byHeader;

  private CandidateList(
      List<Candidate<T>> walked, Map<AsciiString, Map<AsciiString, CandidateList<T>>> byHeader) {
    this.walked = List.copyOf(walked);
    this.byHeader = byHeader;
  }

  /**
   * @param sorted best first
   */
  static <T> CandidateList<T> of(List<Candidate<T>> sorted) {
    if (sorted.size() <= WORTH_AN_INDEX) {
      return new CandidateList<>(sorted, Map.of());
    }
    List<Candidate<T>> rest = new ArrayList<>();
    Map<AsciiString, Map<AsciiString, List<Candidate<T>>>> split = new HashMap<>();
    for (Candidate<T> candidate : sorted) {
      @Nullable HeaderMatch header = exactHeader(candidate);
      @Nullable AsciiString value = header == null ? null : header.exactValue();
      if (header == null || value == null) {
        rest.add(candidate);
      } else {
        split
            .computeIfAbsent(header.name(), name -> new HashMap<>())
            .computeIfAbsent(value, v -> new ArrayList<>())
            .add(candidate);
      }
    }
    Map<AsciiString, Map<AsciiString, CandidateList<T>>> byHeader = new HashMap<>();
    split.forEach((name, values) -> byHeader.put(name, leaves(values)));
    return new CandidateList<>(rest, Map.copyOf(byHeader));
  }

  private static <T> Map<AsciiString, CandidateList<T>> leaves(
      Map<AsciiString, List<Candidate<T>>> values) {
    Map<AsciiString, CandidateList<T>> leaves = new HashMap<>();
    values.forEach((value, list) -> leaves.put(value, new CandidateList<>(list, Map.of())));
    return leaves;
  }

  private static @Nullable HeaderMatch exactHeader(Candidate<?> candidate) {
    for (HeaderMatch header : candidate.match().headers()) {
      if (header.exactValue() != null) {
        return header;
      }
    }
    return null;
  }

  /** The better of {@code best} and the first candidate of this list that fits. */
  @Nullable Candidate<T> better(@Nullable Candidate<T> best, CallFacts call) {
    @Nullable Candidate<T> found = walk(best, call);
    if (!byHeader.isEmpty()) {
      HeaderFields fields = call.fields();
      for (int i = 0; i < fields.size(); i++) {
        @Nullable Map<AsciiString, CandidateList<T>> values = byHeader.get(fields.name(i));
        @Nullable CandidateList<T> leaf = values == null ? null : values.get(fields.value(i));
        found = leaf == null ? found : leaf.walk(found, call);
      }
    }
    return found;
  }

  private @Nullable Candidate<T> walk(@Nullable Candidate<T> best, CallFacts call) {
    for (Candidate<T> candidate : walked) {
      if (best != null && best.rank() <= candidate.rank()) {
        return best;
      }
      if (candidate.fits(call)) {
        return candidate;
      }
    }
    return best;
  }
}
