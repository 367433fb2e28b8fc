package dev.adit.server.entry.call;

import dev.adit.core.call.CallException;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.server.policy.AuthPolicy;
import dev.adit.server.routing.Route;
import dev.adit.server.routing.Rule;
import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;

/**
 * What a rule asks of a call before it is placed: who may call, how often, and what is changed in
 * the request's head.
 */
final class Admission {
  private Admission() {}

  /**
   * Lets a call in.
   *
   * @param headers its fields are changed in place
   * @param nowNanos by a clock that never goes back
   * @return the head as the backend gets it
   * @throws CallException if the rule does not let the call in
   */
  static CallHeaders admit(Route route, CallHeaders headers, long nowNanos) throws CallException {
    Rule rule = route.rule();
    if (rule.auth() != null) {
      authenticate(rule.auth(), headers);
    }
    long wait = route.nanosUntilAllowed(headers.fields(), nowNanos);
    if (wait > 0) {
      long millis =
          Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait + TimeUnit.MILLISECONDS.toNanos(1) - 1));
      throw new CallException(
          CallFailure.RATE_LIMITED,
          "rule " + rule.name() + " lets no more calls in for " + millis + " ms",
          millis);
    }
    rule.requestHeaders().applyTo(headers.fields());
    AsciiString authority = rule.setHost() == null ? headers.authority() : rule.setHost();
    long cap = rule.timeout() == null ? CallHeaders.NO_TIMEOUT : rule.timeout().toNanos();
    if (authority.equals(headers.authority()) && headers.timeoutNanos() <= cap) {
      return headers;
    }
    return new CallHeaders(
        headers.protocol(),
        headers.method(),
        headers.scheme(),
        authority,
        headers.path(),
        headers.fields(),
        Math.min(headers.timeoutNanos(), cap));
  }

  private static void authenticate(AuthPolicy auth, CallHeaders headers) throws CallException {
    switch (auth.judge(headers.fields())) {
      case ALLOWED -> {}
      case UNAUTHENTICATED ->
          throw new CallException(CallFailure.UNAUTHENTICATED, "a bearer token is needed");
      case FORBIDDEN ->
          throw new CallException(
              CallFailure.FORBIDDEN, "the bearer token is not one that this rule knows");
    }
  }
}
