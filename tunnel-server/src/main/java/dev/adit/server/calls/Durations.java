package dev.adit.server.calls;

import java.util.concurrent.TimeUnit;

/**
 * How long calls took, in buckets that are at most an eighth of their value wide: from 1 us to more
 * than an hour. Confined to one thread.
 */
public final class Durations {
  private static final int SUB_BITS = 3;
  private static final int SUB = 1 << SUB_BITS;
  private static final int MAX_BITS = 32;
  static final int BUCKETS = (MAX_BITS - SUB_BITS + 1) * SUB;

  private final long[] counts;

  /** None yet. */
  public Durations() {
    this(new long[BUCKETS]);
  }

  private Durations(long[] counts) {
    this.counts = counts;
  }

  void add(long nanos) {
    counts[bucket(TimeUnit.NANOSECONDS.toMicros(nanos))]++;
  }

  private static int bucket(long micros) {
    long value = Math.min(Math.max(0, micros), (1L << MAX_BITS) - 1);
    int bits = Long.SIZE - Long.numberOfLeadingZeros(value);
    if (bits <= SUB_BITS) {
      return (int) value;
    }
    int shift = bits - SUB_BITS - 1;
    return (shift + 1) * SUB + (int) (value >>> shift) - SUB;
  }

  /** The middle of a bucket, in microseconds. */
  private static double middle(int bucket) {
    if (bucket < 2 * SUB) {
      return bucket;
    }
    int shift = bucket / SUB - 1;
    long low = (long) (SUB + bucket % SUB) << shift;
    return low + (1L << shift) / 2.0;
  }

  Durations copy() {
    return new Durations(counts.clone());
  }

  /** Adds what another has counted. */
  public void addAll(Durations other) {
    for (int i = 0; i < BUCKETS; i++) {
      counts[i] += other.counts[i];
    }
  }

  /** What has been counted since {@code before} was. */
  public Durations since(Durations before) {
    long[] more = counts.clone();
    for (int i = 0; i < BUCKETS; i++) {
      more[i] -= before.counts[i];
    }
    return new Durations(more);
  }

  /** How many. */
  public long count() {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  /**
   * What this share of the calls did not take longer than, in microseconds.
   *
   * @param share from 0 to 1
   * @return -1 if there are none
   */
  public double quantile(double share) {
    long rank = (long) Math.ceil(share * count());
    long seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
      seen += counts[i];
      if (seen > 0 && seen >= rank) {
        return middle(i);
      }
    }
    return -1;
  }
}
