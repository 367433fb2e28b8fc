package dev.adit.core.upstream;

/** How an upstream chooses among its backends. */
public enum UpstreamBalance {
  /** The one with fewer calls of two chosen at random, weights taken into account. */
  LEAST_CALLS,
  /** One after the other. */
  ROUND_ROBIN,
  /** In turn, in proportion to the weights. */
  WEIGHTED
}
