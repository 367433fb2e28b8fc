package dev.adit.server.tunnel;

/** Text that an agent sent, made fit for logs and terminals. */
final class ForeignText {
  private ForeignText() {}

  /** The text with everything but printable ASCII replaced, and cut. */
  static String printable(String text, int maxChars) {
    String printable = text.replaceAll("[^ -~]", "?");
    return printable.length() <= maxChars ? printable : printable.substring(0, maxChars);
  }
}
