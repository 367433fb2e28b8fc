package dev.adit.core.match;

import dev.adit.core.name.GroupName;
import io.netty.util.AsciiString;
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

  /** Whether all conditions hold. */
  public boolean fits(CallFacts call) {
    return textFits(service, call.service())
        && textFits(method, call.method())
        && textFits(path, call.path())
        && (group == null || group.equals(call.group()))
        && headersFit(call);
  }

  private boolean headersFit(CallFacts call) {
    for (HeaderMatch header : headers) {
      if (!header.fits(call.fields())) {
        return false;
      }
    }
    return true;
  }

  /** What the first condition that does not hold asks for, or null if all hold. */
  public @Nullable String mismatch(CallFacts call) {
    if (!textFits(service, call.service())) {
      return "service is not " + service;
    }
    if (!textFits(method, call.method())) {
      return "method is not " + method;
    }
    if (!textFits(path, call.path())) {
      return "path is not " + path;
    }
    if (group != null && !group.equals(call.group())) {
      return "group is not '" + group + "'";
    }
    for (HeaderMatch header : headers) {
      if (!header.fits(call.fields())) {
        return "not so: " + header;
      }
    }
    return null;
  }

  private static boolean textFits(@Nullable TextMatch match, @Nullable AsciiString text) {
    return match == null || (text != null && match.fits(text));
  }

  /** The same conditions, and this group. */
  public CallMatch withGroup(GroupName name) {
    return new CallMatch(service, method, path, headers, name);
  }
}
