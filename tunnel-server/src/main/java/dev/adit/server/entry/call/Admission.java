package dev.adit.server.entry.call;

import dev.adit.core.call.CallException;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.server.accesslog.CallRecord;
import dev.adit.server.entry.caller.ConnectionCaller;
import dev.adit.server.entry.caller.Credential;
import dev.adit.server.entry.caller.IdentityHeader;
import dev.adit.server.policy.auth.CallerIdentity;
import dev.adit.server.routing.Route;
import dev.adit.server.routing.Rule;
import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a rule asks of a call before it is placed: who may call, how often, and what is changed in
 * the request's head. Confined to the loop of one connection.
 *
 * @param identityHeader tells backends who calls; null: none does
 */
record Admission(ConnectionCaller caller, @Nullable IdentityHeader identityHeader) {

  /**
   * Lets a call in.
   *
   * @param credential what the call has brought, checked
   * @param headers its fields are changed in place
   * @param connection that the call came on
   * @param record told who calls
   * @return the head as the backend gets it
   * @throws CallException if the rule does not let the call in
   */
  CallHeaders admit(
      Route route,
      Credential credential,
      CallHeaders headers,
      EntryConnection connection,
      CallRecord record)
      throws CallException {
    Rule rule = route.rule();
    @Nullable CallerIdentity identity =
        caller.identity(credential, caller.knowsCertificate() ? null : connection.session());
    record.caller(identity);
    long wait = route.nanosUntilAllowed(headers.fields(), connection.loop().ticker());
    if (wait > 0) {
      long millis =
          Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait + TimeUnit.MILLISECONDS.toNanos(1) - 1));
      throw new CallException(
          CallFailure.RATE_LIMITED,
          "rule " + rule.name() + " lets no more calls in for " + millis + " ms",
          millis);
    }
    rule.requestHeaders().applyTo(headers.fields());
    tellIdentity(identity, headers);
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

  /** Last, so that nothing but this says it, whatever the rule does with headers. */
  private void tellIdentity(@Nullable CallerIdentity identity, CallHeaders headers) {
    if (identityHeader == null) {
      return;
    }
    headers.fields().remove(identityHeader.name());
    if (identity != null) {
      headers.fields().add(identityHeader.name(), identity.text());
    }
  }
}
