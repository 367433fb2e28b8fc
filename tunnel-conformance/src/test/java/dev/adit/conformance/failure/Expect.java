package dev.adit.conformance.failure;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Assertions for values that may be absent. */
final class Expect {
  private Expect() {}

  static void equal(@Nullable Object expected, @Nullable Object actual, String what) {
    if (!Objects.equals(expected, actual)) {
      throw new AssertionError(what + "\n  expected " + expected + "\n  but it is " + actual);
    }
  }

  static void that(boolean fact, String what) {
    if (!fact) {
      throw new AssertionError(what);
    }
  }
}
