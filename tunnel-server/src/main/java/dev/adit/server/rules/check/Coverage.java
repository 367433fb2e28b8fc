package dev.adit.server.rules.check;

import dev.adit.core.match.CallMatch;
import dev.adit.core.match.HeaderMatch;
import dev.adit.core.match.HostPattern;
import dev.adit.core.match.TextMatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether every call that one set of conditions fits is fitted by another. Says no when it cannot
 * tell, as for two regular expressions.
 */
final class Coverage {

  private Coverage() {}

  static boolean covers(@Nullable HostPattern broad, @Nullable HostPattern narrow) {
    if (broad == null || narrow == null) {
      return broad == null;
    }
    if (!broad.wildcard() || !narrow.wildcard()) {
      return broad.equals(narrow) || (!narrow.wildcard() && broad.fits(narrow.name()));
    }
    return broad.equals(narrow) || broad.fits(narrow.name());
  }

  static boolean covers(CallMatch broad, CallMatch narrow) {
    return covers(broad.service(), narrow.service())
        && covers(broad.method(), narrow.method())
        && covers(broad.path(), narrow.path())
        && (broad.group() == null || broad.group().equals(narrow.group()))
        && covers(broad.headers(), narrow.headers());
  }

  private static boolean covers(@Nullable TextMatch broad, @Nullable TextMatch narrow) {
    if (broad == null || narrow == null) {
      return broad == null;
    }
    return switch (broad.kind()) {
      case EXACT -> broad.equals(narrow);
      case PREFIX -> narrow.kind() != TextMatch.Kind.REGEX && broad.fits(narrow.bytes());
      case REGEX ->
          broad.equals(narrow)
              || (narrow.kind() == TextMatch.Kind.EXACT && broad.fits(narrow.bytes()));
    };
  }

  private static boolean covers(List<HeaderMatch> broad, List<HeaderMatch> narrow) {
    return broad.stream().allMatch(b -> narrow.stream().anyMatch(n -> covers(b, n)));
  }

  private static boolean covers(HeaderMatch broad, HeaderMatch narrow) {
    if (!broad.name().equals(narrow.name())) {
      return false;
    }
    return switch (broad.kind()) {
      case PRESENT -> narrow.kind() != HeaderMatch.Kind.ABSENT;
      case ABSENT -> narrow.kind() == HeaderMatch.Kind.ABSENT;
      case VALUE ->
          narrow.kind() == HeaderMatch.Kind.VALUE && covers(broad.value(), narrow.value());
    };
  }
}
