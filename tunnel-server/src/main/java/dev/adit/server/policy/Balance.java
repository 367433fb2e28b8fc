package dev.adit.server.policy;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * How an agent of the group is chosen.
 *
 * @param hashHeader the header whose value decides; only with {@link Kind#HASH}
 */
public record Balance(Kind kind, @Nullable AsciiString hashHeader) {

  /** What a rule gets that says nothing. */
  public static final Balance DEFAULT = new Balance(Kind.LEAST_CALLS, null);

  /** The ways there are. */
  public enum Kind {
    /** The one with fewer calls of two chosen at random. */
    LEAST_CALLS,
    /** One after the other. */
    ROUND_ROBIN,
    /** Calls with the same header value go to the same agent while it lives. */
    HASH
  }
}
