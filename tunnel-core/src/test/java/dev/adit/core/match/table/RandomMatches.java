package dev.adit.core.match.table;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.match.CallMatch;
import dev.adit.core.match.HeaderMatch;
import dev.adit.core.match.HostPattern;
import dev.adit.core.match.MatchEntry;
import dev.adit.core.match.TextMatch;
import dev.adit.core.name.GroupName;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Entries and calls from a vocabulary so small that they meet often. */
final class RandomMatches {

  private static final List<String> HOSTS =
      List.of("a", "a.b", "x.a.b", "y.x.a.b", "b", "*.b", "*.a.b", "*.x.a.b");
  private static final List<String> CALLED_HOSTS =
      List.of("a", "A", "a.b", "a.b:80", "x.a.b", "X.a.B.", "y.x.a.b", "z.y.x.a.b", "b", "[::1]:1");
  private static final List<String> WORDS = List.of("s", "s.S", "s.SS", "t.S", "s.", "G", "GetX");
  private static final List<String> REGEXES = List.of("s.*", "[st]\\.S+", "Get?.*", ".", "/s.*");
  private static final List<String> NAMES = List.of("h", "k", "l");
  private static final List<String> VALUES = List.of("", "1", "12", "s");

  private final Random random;

  RandomMatches(long seed) {
    this(new Random(seed));
  }

  /**
   * @param random asked for an int below a bound, and for booleans
   */
  RandomMatches(Random random) {
    this.random = random;
  }

  List<MatchEntry<Integer>> entries(int atMost) {
    List<MatchEntry<Integer>> entries = new ArrayList<>();
    int size = random.nextInt(atMost + 1);
    for (int i = 0; i < size; i++) {
      List<HostPattern> hosts = some(2, () -> HostPattern.parse(one(HOSTS)));
      int priority = rarely() ? random.nextInt(3) - 1 : 0;
      entries.add(new MatchEntry<>(hosts, some(3, this::match), priority, i));
    }
    return entries;
  }

  CallHeaders call() {
    HeaderFields fields = new HeaderFields();
    int size = random.nextInt(5);
    for (int i = 0; i < size; i++) {
      fields.add(AsciiString.of(one(NAMES)), AsciiString.of(one(VALUES)));
    }
    String path = "/" + one(WORDS) + (rarely() ? "" : "/" + one(WORDS)) + (rarely() ? "?q=/" : "");
    return new CallHeaders(
        rarely() ? CallProtocol.HTTP : CallProtocol.GRPC,
        AsciiString.of("POST"),
        AsciiString.of("http"),
        AsciiString.of(one(CALLED_HOSTS)),
        AsciiString.of(path),
        fields,
        CallHeaders.NO_TIMEOUT);
  }

  @Nullable GroupName group() {
    return rarely() ? new GroupName(one(List.of("g", "gg"))) : null;
  }

  private CallMatch match() {
    @Nullable TextMatch path = rarely() ? text("/") : null;
    return new CallMatch(
        random.nextBoolean() ? text("") : null,
        random.nextBoolean() ? text("") : null,
        path,
        some(2, this::header),
        group());
  }

  private TextMatch text(String start) {
    return switch (random.nextInt(4)) {
      case 0 -> TextMatch.prefix(start + one(WORDS));
      case 1 -> TextMatch.regex(one(REGEXES));
      default -> TextMatch.exact(start + one(WORDS) + (start.isEmpty() ? "" : "/" + one(WORDS)));
    };
  }

  private HeaderMatch header() {
    AsciiString name = AsciiString.of(one(NAMES));
    return switch (random.nextInt(5)) {
      case 0 -> new HeaderMatch(name, HeaderMatch.Kind.PRESENT, null);
      case 1 -> new HeaderMatch(name, HeaderMatch.Kind.ABSENT, null);
      case 2 -> new HeaderMatch(name, HeaderMatch.Kind.VALUE, TextMatch.regex("1.*"));
      default -> new HeaderMatch(name, HeaderMatch.Kind.VALUE, TextMatch.exact(one(VALUES)));
    };
  }

  private boolean rarely() {
    return random.nextInt(4) == 0;
  }

  private String one(List<String> words) {
    return words.get(random.nextInt(words.size()));
  }

  private <T> List<T> some(int atMost, java.util.function.Supplier<T> maker) {
    List<T> made = new ArrayList<>();
    int size = random.nextInt(atMost + 1);
    for (int i = 0; i < size; i++) {
      made.add(maker.get());
    }
    return made;
  }
}
