package dev.adit.server.tunnel;

/** Text that an agent sent, made fit for logs and terminals. */
final class ForeignText {
  private ForeignText() {}

  /** The text cut, and with everything but printable ASCII replaced. */
  static String printable(String text, int maxChars) {
    // First, for it may have megabytes.
    return text.substring(0, Math.min(text.length(), maxChars)).replaceAll("[^ -~]", "?");
  }
}
