package dev.adit.core.name;

/**
 * The one rule for names that people choose: printable ASCII without blanks, so that they can be
 * logged and shown as they are.
 */
final class Names {
  private static final int MAX_LENGTH = 128;

  private Names() {}

  static void check(String what, String value) {
    if (value.isEmpty() || value.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          what + " has " + value.length() + " characters, allowed are 1 to " + MAX_LENGTH);
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= ' ' || c > '~') {
        throw new IllegalArgumentException(
            what + " has a character other than printable ASCII at position " + i);
      }
    }
  }
}
