package dev.adit.conformance.check;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Assertions for values that may be absent. */
public final class Expect {
  private Expect() {}

  public static void equal(@Nullable Object expected, @Nullable Object actual, String what) {
    if (!Objects.equals(expected, actual)) {
      throw new AssertionError(what + "\n  expected " + expected + "\n  but it is " + actual);
    }
  }

  public static void that(boolean fact, String what) {
    if (!fact) {
      throw new AssertionError(what);
    }
  }
}
