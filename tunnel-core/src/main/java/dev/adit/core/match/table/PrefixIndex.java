package dev.adit.core.match.table;

import dev.adit.core.match.CallFacts;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds all lists whose key is a prefix of a text: one look-up for each length there is. */
final class PrefixIndex<T> {

  private final Map<AsciiString, CandidateList<T>> lists;
  private final int[] lengths;

  PrefixIndex(Map<AsciiString, List<Candidate<T>>> sorted) {
    this.lists =
        sorted.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> CandidateList.of(e.getValue())));
    this.lengths = lists.keySet().stream().mapToInt(AsciiString::length).distinct().toArray();
  }

  @Nullable Candidate<T> better(
      @Nullable Candidate<T> best, @Nullable AsciiString text, CallFacts call) {
    if (text == null) {
      return best;
    }
    @Nullable Candidate<T> found = best;
    for (int length : lengths) {
      if (length <= text.length()) {
        @Nullable CandidateList<T> list = lists.get(text.subSequence(0, length, false));
        found = list == null ? found : list.better(found, call);
      }
    }
    return found;
  }
}
