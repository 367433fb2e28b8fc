package dev.adit.server.routing;

import dev.adit.core.call.CallHeaders;
import org.jspecify.annotations.Nullable;

/** Finds the route of a call in the table of this moment. Any thread. */
public final class Router {

  // shared: an immutable snapshot, replaced as a whole
  private volatile RoutingTable table;

  public Router(RoutingTable table) {
    this.table = table;
  }

  /** The route for this call, or null if no rule matches. The result stays good after a reload. */
  public @Nullable Route route(CallHeaders headers) {
    return table.route(headers);
  }

  /** What a caller is told whose call no rule matches. */
  public static String unmatched(CallHeaders headers) {
    String path = headers.path().toString();
    int slash = path.lastIndexOf('/');
    if (!headers.isGrpc() || slash < 1) {
      return "no rule matches host=" + headers.authority() + " path=" + path;
    }
    return "no rule matches host="
        + headers.authority()
        + " service="
        + path.substring(1, slash)
        + " method="
        + path.substring(slash + 1);
  }

  /** The table of this moment. */
  public RoutingTable table() {
    return table;
  }

  /** Calls from now on are routed by {@code next}; running ones keep the rule they began with. */
  public void replace(RoutingTable next) {
    table = next;
  }
}
