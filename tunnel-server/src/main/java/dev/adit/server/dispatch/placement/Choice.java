package dev.adit.server.dispatch.placement;

import dev.adit.core.call.HeaderFields;
import dev.adit.server.policy.Balance;
import dev.adit.server.routing.Route;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * How one call chooses among the agents of its group.
 *
 * @param key the turn (ROUND_ROBIN) or the hash of the header's value (HASH); 0 otherwise
 */
public record Choice(Balance.Kind kind, int key) {
  /** Fewest calls of two random agents: takes no turn of a rule's. */
  public static final Choice LEAST_CALLS = new Choice(Balance.Kind.LEAST_CALLS, 0);

  /** As the rule of the route says. */
  public static Choice of(Route route, HeaderFields fields) {
    Balance balance = route.rule().balance();
    return switch (balance.kind()) {
      case LEAST_CALLS -> LEAST_CALLS;
      case ROUND_ROBIN -> new Choice(Balance.Kind.ROUND_ROBIN, route.nextTurn());
      case HASH -> hashed(balance.hashHeader() == null ? null : fields.get(balance.hashHeader()));
    };
  }

  /** A call without the header has nothing to stay with. */
  private static Choice hashed(@Nullable AsciiString value) {
    return value == null ? LEAST_CALLS : new Choice(Balance.Kind.HASH, value.toString().hashCode());
  }
}
