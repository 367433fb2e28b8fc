package dev.adit.core.match;

import dev.adit.core.call.GroupName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Conditions on one call that must all hold; an absent one always does.
 *
 * @param service on the service of a gRPC call, such as {@code shop.v1.Orders}
 * @param method on the method of a gRPC call
 * @param path on the path without its query, of a gRPC or a plain HTTP call
 * @param group on the group the server has chosen; only agents know it
 */
public record CallMatch(
    @Nullable TextMatch service,
    @Nullable TextMatch method,
    @Nullable TextMatch path,
    List<HeaderMatch> headers,
    @Nullable GroupName group) {

  /** Fits every call. */
  public static final CallMatch ANY = new CallMatch(null, null, null, List.of(), null);

  public CallMatch {
    headers = List.copyOf(headers);
  }

  /** The same conditions, and this group. */
  public CallMatch withGroup(GroupName name) {
    return new CallMatch(service, method, path, headers, name);
  }
}
