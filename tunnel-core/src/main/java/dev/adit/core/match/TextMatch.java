package dev.adit.core.match;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A condition on one piece of text: all of it, its start, or a linear-time regular expression. */
public final class TextMatch {

  /** How the text is compared, from the most to the least specific. */
  public enum Kind {
    EXACT,
    PREFIX,
    REGEX
  }

  private static final int MAX_REGEX_LENGTH = 1024;
  private static final int MAX_PROGRAM = 10_000;

  private final Kind kind;
  private final String text;
  private final AsciiString bytes;
  private final @Nullable Pattern pattern;

  private TextMatch(Kind kind, String text, @Nullable Pattern pattern) {
    this.kind = kind;
    this.text = text;
    this.bytes = new AsciiString(text.getBytes(StandardCharsets.UTF_8), false);
    this.pattern = pattern;
  }

  /** Fits exactly this text, byte for byte. */
  public static TextMatch exact(String text) {
    return new TextMatch(Kind.EXACT, text, null);
  }

  /** Fits whatever starts with this text. */
  public static TextMatch prefix(String text) {
    return new TextMatch(Kind.PREFIX, text, null);
  }

  /** Fits what the expression (RE2 syntax) matches from its first byte to its last. */
  public static TextMatch regex(String expression) {
    if (expression.length() > MAX_REGEX_LENGTH) {
      throw new IllegalArgumentException(
          "it has " + expression.length() + " characters, allowed are " + MAX_REGEX_LENGTH);
    }
    if (RegexSize.of(expression) > MAX_PROGRAM) {
      throw new IllegalArgumentException("its repeats unroll to more than " + MAX_PROGRAM);
    }
    try {
      Pattern pattern = Pattern.compile(expression, Pattern.DOTALL);
      if (pattern.programSize() > MAX_PROGRAM) {
        throw new IllegalArgumentException("its compiled form is larger than " + MAX_PROGRAM);
      }
      return new TextMatch(Kind.REGEX, expression, pattern);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          e.getDescription() + ": `" + e.getPattern().replace("(?s)", "") + "`", e);
    }
  }

  public Kind kind() {
    return kind;
  }

  /** The text, prefix or expression as it was written. */
  public String text() {
    return text;
  }

  /** The text or prefix as bytes. */
  public AsciiString bytes() {
    return bytes;
  }

  /**
   * Whether {@code value} satisfies the condition. To an expression a byte that is no UTF-8 is the
   * character U+FFFD.
   */
  public boolean fits(AsciiString value) {
    if (pattern != null) {
      byte[] all = value.isEntireArrayUsed() ? value.array() : value.toByteArray();
      // The matcher stops at bytes that are no UTF-8, as if the text ended there: none would fit.
      return isAscii(all)
          ? pattern.matches(all)
          : pattern.matches(new String(all, StandardCharsets.UTF_8));
    }
    return kind == Kind.EXACT
        ? value.equals(bytes)
        : value.length() >= bytes.length() && value.regionMatches(0, bytes, 0, bytes.length());
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TextMatch that && kind == that.kind && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return 31 * kind.hashCode() + text.hashCode();
  }

  /** As one would say it: {@code 'a.B'}, {@code prefix 'a.'}, {@code regex 'a.*'}. */
  @Override
  public String toString() {
    return switch (kind) {
      case EXACT -> "'" + text + "'";
      case PREFIX -> "prefix '" + text + "'";
      case REGEX -> "regex '" + text + "'";
    };
  }
}
