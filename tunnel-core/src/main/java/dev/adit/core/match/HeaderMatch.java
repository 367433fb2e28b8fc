package dev.adit.core.match;

import dev.adit.core.call.HeaderFields;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * A condition on the header fields of one name. Where a call has several of them, one that fits is
 * enough.
 *
 * @param name lower case
 * @param value null for the kinds that look at no value
 */
public record HeaderMatch(AsciiString name, Kind kind, @Nullable TextMatch value) {

  /** What is asked of the fields. */
  public enum Kind {
    /** One has a value that fits. */
    VALUE,
    /** There is one. */
    PRESENT,
    /** There is none. */
    ABSENT
  }

  /** Whether these fields satisfy the condition. */
  public boolean fits(HeaderFields fields) {
    for (int i = 0; i < fields.size(); i++) {
      if (name.equals(fields.name(i)) && (value == null || value.fits(fields.value(i)))) {
        return kind != Kind.ABSENT;
      }
    }
    return kind == Kind.ABSENT;
  }

  /** The exact value asked for, or null if this is another kind of condition. */
  public @Nullable AsciiString exactValue() {
    return value != null && value.kind() == TextMatch.Kind.EXACT ? value.bytes() : null;
  }

  @Override
  public String toString() {
    return switch (kind) {
      case VALUE -> "header " + name + " is " + value;
      case PRESENT -> "header " + name + " is present";
      case ABSENT -> "header " + name + " is absent";
    };
  }
}
