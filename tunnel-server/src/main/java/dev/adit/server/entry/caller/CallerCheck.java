package dev.adit.server.entry.caller;

import dev.adit.core.call.CallException;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.peer.PeerNetwork;
import dev.adit.core.token.TokenHash;
import dev.adit.server.policy.auth.AuthPolicy;
import dev.adit.server.policy.auth.BearerToken;
import dev.adit.server.policy.auth.CallerIdentity;
import dev.adit.server.policy.auth.JwtException;
import dev.adit.server.policy.auth.JwtVerifier;
import dev.adit.server.policy.auth.PresentedJwt;
import dev.adit.server.routing.Route;
import io.netty.util.AsciiString;
import java.time.Clock;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges the credentials of calls by what their rules ask. Signatures of tokens that have not been
 * seen before are checked on threads of their own, {@code signature-check}: one may take a
 * millisecond, and thousands may come when callers come back after an outage. Any thread.
 */
public final class CallerCheck {
  private static final Logger log = LoggerFactory.getLogger(CallerCheck.class);
  private static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");
  private static final AsciiString SCHEME = AsciiString.cached("Bearer ");

  /** Tokens that may wait for their check. */
  private static final int MAX_WAITING = 1024;

  private static final long WAIT_MILLIS = 1000;
  private static final long IDLE_SECONDS = 10;

  // deps
  private final Clock clock;
  private final Executor checks;

  // shared: thread-safe by itself
  private final CheckAllowance allowance = new CheckAllowance();

  /**
   * With threads that end when they have nothing to do.
   *
   * @param clock by which tokens expire
   */
  public CallerCheck(Clock clock) {
    this(clock, newThreads());
  }

  CallerCheck(Clock clock, Executor checks) {
    this.clock = clock;
    this.checks = checks;
  }

  /** Half of the processors: the other half goes on with the calls of those who are known. */
  private static Executor newThreads() {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            task -> {
              Thread daemon = new Thread(task, "signature-check");
              daemon.setDaemon(true);
              return daemon;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /**
   * Looks at a call's credential.
   *
   * @throws CallException if the rule does not let the caller in, whatever a signature says
   */
  static Credential credential(Route route, HeaderFields fields) throws CallException {
    @Nullable AuthPolicy auth = route.rule().auth();
    if (auth == null) {
      return Credential.NONE_WANTED;
    }
    String token = token(fields);
    TokenHash hash = TokenHash.of(token);
    @Nullable BearerToken known = auth.tokenOf(hash);
    if (known != null) {
      return new Credential(known.identity(), null);
    }
    @Nullable JwtVerifier jwt = route.jwt();
    if (jwt == null || (!auth.bearer().isEmpty() && !JwtVerifier.isShaped(token))) {
      throw new CallException(
          CallFailure.FORBIDDEN, "the bearer token is not one that this rule knows");
    }
    try {
      return new Credential(null, jwt.present(token, hash));
    } catch (JwtException e) {
      throw refusal(e);
    }
  }

  /** RFC 6750 section 2.1. */
  private static String token(HeaderFields fields) throws CallException {
    @Nullable AsciiString authorization = null;
    for (int i = 0; i < fields.size(); i++) {
      if (fields.name(i).equals(AUTHORIZATION)) {
        if (authorization != null) {
          // A backend may believe the one that we do not look at.
          throw new CallException(
              CallFailure.UNAUTHENTICATED, "there is more than one authorization field");
        }
        authorization = fields.value(i);
      }
    }
    if (authorization == null
        || authorization.length() <= SCHEME.length()
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw new CallException(CallFailure.UNAUTHENTICATED, "a bearer token is needed");
    }
    return authorization.toString(SCHEME.length()).strip();
  }

  /**
   * Checks the signature of a token elsewhere.
   *
   * @param jwt not to be used until it is done
   * @param nowNanos by a clock that never goes back
   * @param loop where to say that it is done
   * @throws CallException if it cannot be checked now; then nothing is said
   */
  void check(PresentedJwt jwt, PeerNetwork from, long nowNanos, Executor loop, Runnable done)
      throws CallException {
    long wait = allowance.take(from, nowNanos);
    if (wait > 0) {
      throw new CallException(
          CallFailure.RATE_LIMITED,
          "too many tokens with bad signatures came from this address",
          TimeUnit.NANOSECONDS.toMillis(wait) + 1);
    }
    try {
      checks.execute(() -> check(jwt, from, loop, done));
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // The latter is what the JVM says where no thread can be had.
      allowance.giveBack(from);
      throw new CallException(
          CallFailure.RATE_LIMITED,
          "too many tokens wait for a check of their signature",
          WAIT_MILLIS);
    }
  }

  private void check(PresentedJwt jwt, PeerNetwork from, Executor loop, Runnable done) {
    try {
      if (jwt.check()) {
        allowance.giveBack(from);
      }
    } catch (RuntimeException e) {
      log.error("a signature could not be checked", e);
    }
    try {
      loop.execute(done);
    } catch (RejectedExecutionException e) {
      log.debug("a signature was checked too late: the server has ended", e);
    }
  }

  /**
   * What a call's credential says of its caller; null if that is nothing.
   *
   * @throws CallException if the rule does not let the caller in
   */
  @Nullable CallerIdentity identity(Credential credential) throws CallException {
    @Nullable PresentedJwt jwt = credential.jwt();
    if (jwt == null) {
      return credential.identity();
    }
    try {
      return jwt.identityAt(clock.millis());
    } catch (JwtException e) {
      throw refusal(e);
    }
  }

  /** RFC 6750 section 3.1: what a new token may help against is 401. */
  private static CallException refusal(JwtException e) {
    return new CallException(
        e.isMeantForOthers() ? CallFailure.FORBIDDEN : CallFailure.UNAUTHENTICATED, e.text());
  }
}
