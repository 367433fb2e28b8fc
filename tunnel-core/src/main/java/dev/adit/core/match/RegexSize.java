package dev.adit.core.match;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Estimates how large a regular expression becomes when its counted repeats are unrolled, before it
 * is compiled: RE2/J unrolls {@code ((a{1000}){1000}){1000}} to a thousand million steps. Errs on
 * the large side where quoting hides a brace.
 */
final class RegexSize {

  /** Sizes stop growing here. */
  static final long HUGE = 1_000_000_000;

  private final String expression;
  private int at;

  private RegexSize(String expression) {
    this.expression = expression;
  }

  /** Steps of the unrolled expression, at most {@link #HUGE}. */
  static long of(String expression) {
    return new RegexSize(expression).measure();
  }

  private long measure() {
    Deque<Long> outer = new ArrayDeque<>();
    long before = 0;
    long atom = 0;
    while (at < expression.length()) {
      char c = expression.charAt(at++);
      if (c == '(') {
        outer.push(capped(before + atom));
        before = 0;
        atom = 0;
      } else if (c == ')') {
        atom = capped(before + atom + 2);
        before = outer.isEmpty() ? 0 : outer.pop();
      } else if (c == '{') {
        atom = capped(atom * repeats());
      } else {
        before = capped(before + atom);
        atom = 1;
        skipRest(c);
      }
    }
    while (!outer.isEmpty()) {
      before = capped(before + outer.pop());
    }
    return capped(before + atom);
  }

  /** The greater number in {@code n}, {@code n,} or {@code n,m} before the closing brace. */
  private long repeats() {
    long greatest = 1;
    long number = 0;
    while (at < expression.length() && expression.charAt(at) != '}') {
      char c = expression.charAt(at);
      if (c != ',' && (c < '0' || c > '9')) {
        return greatest;
      }
      number = c == ',' ? 0 : capped(number * 10 + (c - '0'));
      greatest = Math.max(greatest, number);
      at++;
    }
    at++;
    return greatest;
  }

  /** Skips what belongs to an escape or a character class that has begun. */
  private void skipRest(char c) {
    if (c == '\\') {
      at++;
    }
    if (c != '[') {
      return;
    }
    // A bracket right at the start of a class, or after its caret, is a member of it.
    at += at < expression.length() && expression.charAt(at) == '^' ? 1 : 0;
    at += at < expression.length() && expression.charAt(at) == ']' ? 1 : 0;
    while (at < expression.length() && expression.charAt(at) != ']') {
      at += expression.charAt(at) == '\\' ? 2 : 1;
    }
    at++;
  }

  private static long capped(long size) {
    return Math.min(size, HUGE);
  }
}
