package dev.adit.core.match.table;

import dev.adit.core.match.CallFacts;
import dev.adit.core.match.CallMatch;
import dev.adit.core.match.HeaderMatch;
import dev.adit.core.match.HostPattern;
import dev.adit.core.match.MatchEntry;
import dev.adit.core.match.TextMatch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The match language once more, as its description reads and sharing no code with the compiled
 * table: every entry is looked at, strings are compared as strings.
 */
final class NaiveMatcher {

  private NaiveMatcher() {}

  static <T> @Nullable T find(List<MatchEntry<T>> entries, CallFacts call) {
    @Nullable T winner = null;
    long @Nullable [] best = null;
    for (MatchEntry<T> entry : entries) {
      long @Nullable [] rank = rank(entry, call);
      if (rank != null && (best == null || Arrays.compare(rank, best) > 0)) {
        winner = entry.value();
        best = rank;
      }
    }
    return winner;
  }

  /** The rank by the best fitting host and match, or null if none fits. Greater is better. */
  private static long @Nullable [] rank(MatchEntry<?> entry, CallFacts call) {
    long host = hostRank(entry.hosts(), call.host().toString());
    if (host < 0) {
      return null;
    }
    if (entry.matches().isEmpty()) {
      return new long[] {entry.priority(), host, 0, 0, 0, 0, 0};
    }
    long @Nullable [] best = null;
    for (CallMatch match : entry.matches()) {
      long service = textRank(match.service(), text(call.service()));
      long method = textRank(match.method(), text(call.method()));
      long path = textRank(match.path(), call.path().toString());
      boolean group = match.group() == null || match.group().equals(call.group());
      boolean headers = match.headers().stream().allMatch(header -> headerFits(header, call));
      if (service >= 0 && method >= 0 && path >= 0 && group && headers) {
        long named = match.group() == null ? 0 : 1;
        long[] rank = {
          entry.priority(), host, service, method, path, match.headers().size(), named
        };
        best = best == null || Arrays.compare(rank, best) > 0 ? rank : best;
      }
    }
    return best;
  }

  private static long hostRank(List<HostPattern> hosts, String host) {
    long best = hosts.isEmpty() ? 0 : -1;
    for (HostPattern pattern : hosts) {
      String written = pattern.toString();
      if (written.startsWith("*.")
          && host.length() > written.length() - 1
          && host.endsWith(written.substring(1))) {
        best = Math.max(best, written.length());
      } else if (written.equals(host)) {
        best = 100_000;
      }
    }
    return best;
  }

  private static long textRank(@Nullable TextMatch match, @Nullable String text) {
    if (match == null) {
      return 0;
    }
    if (text == null) {
      return -1;
    }
    return switch (match.kind()) {
      case EXACT -> text.equals(match.text()) ? 1_000_000 : -1;
      case PREFIX -> text.startsWith(match.text()) ? 1 + match.text().length() : -1;
      case REGEX ->
          java.util.regex.Pattern.compile(match.text(), java.util.regex.Pattern.DOTALL)
                  .matcher(characters(text))
                  .matches()
              ? 1
              : -1;
    };
  }

  /** A text whose characters are bytes, as UTF-8; what is none is U+FFFD. */
  private static String characters(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static boolean headerFits(HeaderMatch header, CallFacts call) {
    boolean found = false;
    for (int i = 0; i < call.fields().size(); i++) {
      if (call.fields().name(i).toString().equals(header.name().toString())) {
        found |=
            header.kind() != HeaderMatch.Kind.VALUE
                || textRank(header.value(), call.fields().value(i).toString()) >= 0;
      }
    }
    return found == (header.kind() != HeaderMatch.Kind.ABSENT);
  }

  private static @Nullable String text(@Nullable Object text) {
    return text == null ? null : text.toString();
  }
}
