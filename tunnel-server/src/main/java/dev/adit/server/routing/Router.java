package dev.adit.server.routing;

import dev.adit.core.call.CallHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Finds the route of a call in the table of this moment. Any thread. */
public final class Router {
  private static final int MOST_SHOWN = 256;

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
    String path = text(headers.path());
    String host = shown(text(headers.authority()));
    int slash = path.lastIndexOf('/');
    if (!headers.isGrpc() || slash < 1) {
      return "no rule matches host=" + host + " path=" + shown(path);
    }
    return "no rule matches host="
        + host
        + " service="
        + shown(path.substring(1, slash))
        + " method="
        + shown(path.substring(slash + 1));
  }

  /** A path of some kilobytes would become a header list larger than callers take. */
  private static String shown(String text) {
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
  }

  /** What a caller sends need not be ASCII; where it is a text, that is UTF-8. */
  private static String text(AsciiString bytes) {
    return new String(bytes.array(), bytes.arrayOffset(), bytes.length(), StandardCharsets.UTF_8);
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
