package dev.adit.core.metrics;

import java.util.Arrays;

/**
 * How a duration is put into the buckets of both of Prometheus' histograms at once. A cell is a
 * range that lies within one bucket of each, so that an observation is one count and the two can
 * never disagree. Immutable; any thread.
 *
 * <p>Native buckets are those of schema 3: eight to a doubling, each 9 % wider than the one before.
 */
final class LatencyBounds {
  static final int SCHEMA = 3;

  private static final int PER_DOUBLING = 1 << SCHEMA;
  private static final int MANTISSA_BITS = 52;
  private static final long MANTISSA = (1L << MANTISSA_BITS) - 1;

  /** Nothing shorter than 7.6 microseconds is told apart. */
  private static final int LOWEST_EXPONENT = -17;

  /** Nothing longer than 12 days is told apart. */
  private static final int HIGHEST_EXPONENT = 20;

  static final double ZERO_SECONDS = Math.pow(2, LOWEST_EXPONENT);

  static final int FIRST_NATIVE = LOWEST_EXPONENT * PER_DOUBLING + 1;
  private static final int LAST_NATIVE = HIGHEST_EXPONENT * PER_DOUBLING;

  /** Where the buckets of one doubling end, as the mantissa's bits. */
  private static final long[] MANTISSAS = new long[PER_DOUBLING];

  static {
    for (int i = 0; i < PER_DOUBLING; i++) {
      MANTISSAS[i] = Double.doubleToRawLongBits(Math.pow(2, (double) i / PER_DOUBLING)) & MANTISSA;
    }
  }

  private final double[] classic;

  /** Of each native bucket: its first cell, and the classic bound within it (infinity: none). */
  private final int[] firstCell = new int[LAST_NATIVE - FIRST_NATIVE + 1];

  private final double[] split = new double[firstCell.length];

  /** Of each cell: its native bucket; the first cell is the zero bucket and has none. */
  private final int[] nativeOf;

  private final int[] classicOf;
  private final int cells;

  /**
   * @param classic upper bounds in seconds, ascending, each at least twice the one before
   */
  LatencyBounds(double... classic) {
    this.classic = Arrays.copyOf(classic, classic.length + 1);
    this.classic[classic.length] = Double.POSITIVE_INFINITY;
    int most = firstCell.length + this.classic.length + 1;
    nativeOf = new int[most];
    classicOf = new int[most];
    classicOf[0] = classicIndex(ZERO_SECONDS);
    int cell = 1;
    for (int i = 0; i < firstCell.length; i++) {
      int index = FIRST_NATIVE + i;
      firstCell[i] = cell;
      split[i] = boundWithin(index);
      if (split[i] != Double.POSITIVE_INFINITY) {
        nativeOf[cell] = index;
        classicOf[cell++] = classicIndex(split[i]);
      }
      nativeOf[cell] = index;
      classicOf[cell++] =
          index == LAST_NATIVE ? this.classic.length - 1 : classicIndex(upperBound(index));
    }
    cells = cell;
  }

  private static double upperBound(int index) {
    return Math.pow(2, (double) index / PER_DOUBLING);
  }

  private double boundWithin(int index) {
    double low = upperBound(index - 1);
    double high = upperBound(index);
    for (double bound : classic) {
      if (bound > low && bound < high) {
        return bound;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  private int classicIndex(double upTo) {
    int index = 0;
    while (classic[index] < upTo) {
      index++;
    }
    return index;
  }

  /** The cell of a duration. */
  int cell(double seconds) {
    if (!(seconds > ZERO_SECONDS)) {
      return 0;
    }
    int index = Math.min(nativeIndex(seconds), LAST_NATIVE) - FIRST_NATIVE;
    return firstCell[index] + (seconds > split[index] ? 1 : 0);
  }

  private static int nativeIndex(double seconds) {
    long mantissa = Double.doubleToRawLongBits(seconds) & MANTISSA;
    int step = 0;
    while (step < PER_DOUBLING && MANTISSAS[step] < mantissa) {
      step++;
    }
    return Math.getExponent(seconds) * PER_DOUBLING + step;
  }

  int cells() {
    return cells;
  }

  int nativeOf(int cell) {
    return nativeOf[cell];
  }

  int classicOf(int cell) {
    return classicOf[cell];
  }

  /** The classic upper bounds, infinity last. Borrowed. */
  double[] classic() {
    return classic;
  }
}
