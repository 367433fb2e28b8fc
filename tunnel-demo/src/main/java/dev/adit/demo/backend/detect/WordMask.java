package dev.adit.demo.backend.detect;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Overwrites listed words, in any case, with stars. Works on UTF-8 in place. Immutable. */
final class WordMask {
  private static final byte STAR = '*';

  /** The words by their first letter, a to z. */
  private final byte[][][] byFirstLetter = new byte[26][][];

  /**
   * A mask for some words.
   *
   * @param words of ASCII letters in lower case
   */
  WordMask(List<String> words) {
    for (int i = 0; i < byFirstLetter.length; i++) {
      char letter = (char) ('a' + i);
      byFirstLetter[i] =
          words.stream()
              .filter(word -> word.charAt(0) == letter)
              .map(word -> word.getBytes(StandardCharsets.US_ASCII))
              .toArray(byte[][]::new);
    }
  }

  /** Masks every whole word of {@code text} that is listed. */
  void apply(byte[] text) {
    int start = 0;
    while (start < text.length) {
      if (!isLetter(text[start])) {
        start++;
        continue;
      }
      int end = start + 1;
      while (end < text.length && isLetter(text[end])) {
        end++;
      }
      if (isListed(text, start, end)) {
        Arrays.fill(text, start, end, STAR);
      }
      start = end;
    }
  }

  private boolean isListed(byte[] text, int start, int end) {
    int first = lower(text[start]) - 'a';
    if (first < 0 || first >= byFirstLetter.length) {
      return false;
    }
    for (byte[] word : byFirstLetter[first]) {
      if (word.length == end - start && matches(word, text, start)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(byte[] word, byte[] text, int start) {
    for (int i = 0; i < word.length; i++) {
      if (lower(text[start + i]) != word[i]) {
        return false;
      }
    }
    return true;
  }

  /** Bytes of multi-byte characters count as letters: no word may end inside a character. */
  private static boolean isLetter(byte b) {
    return b < 0 || (lower(b) >= 'a' && lower(b) <= 'z') || (b >= '0' && b <= '9');
  }

  private static int lower(byte b) {
    return b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b;
  }
}
