package dev.adit.server.metrics;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.name.GroupName;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What calls are told apart by.
 *
 * @param path {@code /service/method} of a gRPC call; empty for any other
 */
record CallKey(AsciiString rule, @Nullable GroupName group, AsciiString path) {
  private static final AsciiString OTHER_NAME = AsciiString.cached("other");

  /** Stands for all calls beyond the limit. */
  static final CallKey OTHER = new CallKey(OTHER_NAME, null, AsciiString.EMPTY_STRING);

  /**
   * The key of a call.
   *
   * @param request null if it could not be read
   */
  static CallKey of(@Nullable CallHeaders request, AsciiString rule, @Nullable GroupName group) {
    boolean named = request != null && request.isGrpc() && !rule.isEmpty();
    return new CallKey(
        rule, group, named && request != null ? request.path() : AsciiString.EMPTY_STRING);
  }

  boolean isNamed() {
    return !path.isEmpty();
  }

  /** The same rule and group, whatever the method. */
  CallKey unnamed() {
    return new CallKey(rule, group, AsciiString.EMPTY_STRING);
  }

  String groupText() {
    return group == null ? "" : group.value();
  }

  /** The service as it goes into a label. */
  String service() {
    String text = path.toString();
    int slash = text.lastIndexOf('/');
    return slash < 1 ? OTHER_NAME.toString() : text.substring(1, slash);
  }

  String method() {
    String text = path.toString();
    int slash = text.lastIndexOf('/');
    return slash < 1 ? OTHER_NAME.toString() : text.substring(slash + 1);
  }
}
