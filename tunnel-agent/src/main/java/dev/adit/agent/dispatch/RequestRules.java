package dev.adit.agent.dispatch;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.http2.FieldRules;
import dev.adit.core.http2.GrpcTimeout;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.http2.HeaderRules;
import io.netty.util.AsciiString;

/** What may be written to a backend: checked here again, whatever the server let through. */
final class RequestRules {
  private RequestRules() {}

  /** Whether every part of the head is fit for an HTTP/2 request. */
  static boolean areSound(CallHeaders head) {
    return FieldRules.areSound(head.fields())
        && FieldRules.isToken(head.method())
        && HeaderRules.isPath(head.method(), head.path())
        && HeaderRules.isAuthority(head.authority());
  }

  /**
   * The head as a backend gets it.
   *
   * @param authority stands in for one that the caller did not give
   * @param timeLeftNanos what is left of the caller's time, or {@link CallHeaders#NO_TIMEOUT}
   */
  static CallHeaders forBackend(
      CallHeaders head, String scheme, AsciiString authority, long timeLeftNanos) {
    HeaderFields fields = head.fields();
    if (timeLeftNanos != CallHeaders.NO_TIMEOUT) {
      fields = fields.copy();
      fields.add(HeaderNames.GRPC_TIMEOUT, GrpcTimeout.format(timeLeftNanos));
    }
    return new CallHeaders(
        head.protocol(),
        head.method(),
        AsciiString.cached(scheme),
        head.authority().isEmpty() ? authority : head.authority(),
        head.path(),
        fields,
        timeLeftNanos);
  }
}
