package dev.adit.server.admin.live;

/** Text that callers and agents have chosen, on its way to the page. */
public final class ForeignText {
  static final int MAX_LENGTH = 256;

  private ForeignText() {}

  /** No more of it than a line can show; the page shows it as text, whatever it is. */
  public static String cut(CharSequence text) {
    return text.length() <= MAX_LENGTH
        ? text.toString()
        : text.subSequence(0, MAX_LENGTH).toString() + "...";
  }
}
