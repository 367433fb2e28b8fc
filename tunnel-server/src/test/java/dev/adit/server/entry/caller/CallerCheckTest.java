package dev.adit.server.entry.caller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.adit.core.call.CallException;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.name.GroupName;
import dev.adit.core.peer.PeerNetwork;
import dev.adit.core.token.TokenHash;
import dev.adit.server.policy.Balance;
import dev.adit.server.policy.GroupShare;
import dev.adit.server.policy.HeaderChanges;
import dev.adit.server.policy.auth.AuthPolicy;
import dev.adit.server.policy.auth.BearerToken;
import dev.adit.server.policy.auth.CallerIdentity;
import dev.adit.server.policy.auth.JwtKeys;
import dev.adit.server.policy.auth.JwtPolicy;
import dev.adit.server.policy.auth.PresentedJwt;
import dev.adit.server.routing.Route;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import dev.adit.server.routing.RuleName;
import dev.adit.testing.jwt.TestIssuer;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CallerCheckTest {
  private static final TestIssuer ISSUER = TestIssuer.ec("k");
  private static final BearerToken NAMED =
      new BearerToken(TokenHash.of("one"), CallerIdentity.ofToken("ci"));
  private static final BearerToken NAMELESS = new BearerToken(TokenHash.of("two"), null);
  private static final JwtPolicy JWT =
      new JwtPolicy(
          JwtKeys.parse(ISSUER.jwks().getBytes(StandardCharsets.UTF_8)), "i", List.of("a"));

  private final CallerCheck check = new CallerCheck(Clock.systemUTC(), Runnable::run);
  private final PeerNetwork caller = from("192.0.2.7");
  private long now;

  private static PeerNetwork from(String address) {
    try {
      return PeerNetwork.of(InetAddress.getByName(address));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private String identify(PeerNetwork from, Route route, String... authorization)
      throws CallException {
    Credential credential = CallerCheck.credential(route, authorization(authorization));
    @Nullable PresentedJwt jwt = credential.jwt();
    if (jwt != null && credential.needsCheck()) {
      check.check(jwt, from, now, Runnable::run, () -> {});
    }
    return String.valueOf(check.identity(credential));
  }

  private static RoutingTable table(@Nullable AuthPolicy auth, @Nullable RoutingTable before) {
    Rule rule =
        new Rule(
            new RuleName("r"),
            "r.yaml:1",
            List.of(),
            List.of(),
            0,
            List.of(new GroupShare(new GroupName("g"), 1)),
            null,
            Balance.DEFAULT,
            null,
            null,
            null,
            null,
            null,
            HeaderChanges.NONE,
            HeaderChanges.NONE,
            null,
            auth);
    return RoutingTable.of("h", List.of(rule), Map.of(), before);
  }

  private static Route route(@Nullable BearerToken token, @Nullable JwtPolicy jwt) {
    return route(table(new AuthPolicy(token == null ? List.of() : List.of(token), jwt), null));
  }

  private static Route route(RoutingTable table) {
    AsciiString text = AsciiString.of("/");
    return Objects.requireNonNull(
        table.route(
            new CallHeaders(
                CallProtocol.HTTP, text, text, text, text, new HeaderFields(), Long.MAX_VALUE)));
  }

  private static HeaderFields authorization(String... values) {
    HeaderFields fields = new HeaderFields();
    for (String value : values) {
      fields.add(AsciiString.of("authorization"), AsciiString.of(value));
    }
    return fields;
  }

  private String identity(Route route, String authorization) throws CallException {
    return identify(caller, route, authorization);
  }

  private void assertRefused(CallFailure failure, Route route, String... authorization) {
    assertRefused(caller, failure, route, authorization);
  }

  private CallException assertRefused(
      PeerNetwork from, CallFailure failure, Route route, String... authorization) {
    CallException e = assertThrows(CallException.class, () -> identify(from, route, authorization));
    assertEquals(failure, e.failure(), e.text());
    return e;
  }

  @Test
  void onlyAKnownBearerTokenIsAllowed() throws CallException {
    Route route = route(NAMED, null);
    assertEquals("token:ci", identity(route, "Bearer one"));
    assertEquals("token:ci", identity(route, "bearer one"));
    assertEquals("null", identity(route(NAMELESS, null), "Bearer two"));
    assertRefused(CallFailure.FORBIDDEN, route, "Bearer two");
    assertRefused(CallFailure.UNAUTHENTICATED, route, "Basic one");
    assertRefused(CallFailure.UNAUTHENTICATED, route, "Bearer ");
    assertRefused(CallFailure.UNAUTHENTICATED, route);
  }

  @Test
  void ruleWithoutAuthIsOpen() throws CallException {
    assertEquals("null", identity(route(table(null, null)), "Bearer whatever"));
  }

  /** A backend may look at the other one. */
  @Test
  void twoAuthorizationFieldsAreRefused() {
    assertRefused(CallFailure.UNAUTHENTICATED, route(NAMED, null), "Bearer one", "Bearer two");
  }

  @Test
  void ofTokenAndJwtEitherIsEnough() throws CallException {
    Route route = route(NAMED, JWT);
    assertEquals("token:ci", identity(route, "Bearer one"));
    assertEquals("jwt:al%20ice", identity(route, "Bearer " + ISSUER.tokenOf("al ice", "i", "a")));
    assertRefused(CallFailure.FORBIDDEN, route, "Bearer two");
    assertRefused(CallFailure.UNAUTHENTICATED, route, "Bearer " + expired());
  }

  private static String expired() {
    return ISSUER.token("{\"iss\":\"i\",\"aud\":\"a\",\"exp\":1700000000}");
  }

  @Test
  void badJwtIsUnauthenticatedAndOneForOthersForbidden() {
    Route route = route(null, JWT);
    String forged = "Bearer " + TestIssuer.ec("k").tokenOf("x", "i", "a");
    assertRefused(CallFailure.UNAUTHENTICATED, route, "Bearer two");
    assertRefused(CallFailure.UNAUTHENTICATED, route, "Bearer " + expired());
    assertRefused(CallFailure.UNAUTHENTICATED, route, forged);
    assertRefused(CallFailure.FORBIDDEN, route, "Bearer " + ISSUER.tokenOf("x", "other", "a"));
    assertRefused(CallFailure.FORBIDDEN, route, "Bearer " + ISSUER.tokenOf("x", "i", "other"));
  }

  @Test
  void refusalSaysWhyAndNothingOfTheToken() {
    CallException e =
        assertRefused(caller, CallFailure.UNAUTHENTICATED, route(null, JWT), "Bearer " + expired());
    assertEquals("the token has expired", e.text());
  }

  @Test
  void badSignaturesOfAnAddressAreCheckedOnlySoOften() throws CallException {
    Route route = route(null, JWT);
    String good = "Bearer " + ISSUER.tokenOf("x", "i", "a");
    String unseen = "Bearer " + ISSUER.tokenOf("y", "i", "a");
    String forged = "Bearer " + TestIssuer.ec("k").tokenOf("x", "i", "a");
    assertEquals("jwt:x", identity(route, good));
    for (int i = 0; i < CheckAllowance.BURST; i++) {
      assertRefused(CallFailure.UNAUTHENTICATED, route, forged);
    }
    CallException e = assertRefused(caller, CallFailure.RATE_LIMITED, route, forged);
    assertTrue(e.pushbackMillis() > 900 && e.pushbackMillis() <= 1001, "" + e.pushbackMillis());
    assertRefused(CallFailure.RATE_LIMITED, route, unseen);
    assertEquals("jwt:x", identity(route, good), "known already");
    assertEquals("jwt:y", identify(from("192.0.2.8"), route, unseen));
    now += CheckAllowance.REFILL.toNanos();
    assertRefused(CallFailure.UNAUTHENTICATED, route, forged);
    assertRefused(CallFailure.RATE_LIMITED, route, forged);
  }

  @Test
  void goodSignaturesAreGivenBack() throws CallException {
    Route route = route(null, JWT);
    for (int i = 0; i < 3 * CheckAllowance.BURST; i++) {
      assertEquals("jwt:u" + i, identity(route, "Bearer " + ISSUER.tokenOf("u" + i, "i", "a")));
    }
  }

  @Test
  void tokensThatFindTheThreadsBusyAreToldToComeAgain() throws CallException {
    CallerCheck busy =
        new CallerCheck(
            Clock.systemUTC(),
            task -> {
              throw new RejectedExecutionException();
            });
    HeaderFields fields = authorization("Bearer " + ISSUER.tokenOf("x", "i", "a"));
    Credential credential = CallerCheck.credential(route(null, JWT), fields);
    PresentedJwt jwt = Objects.requireNonNull(credential.jwt());
    for (int i = 0; i < 2 * CheckAllowance.BURST; i++) {
      CallException e =
          assertThrows(
              CallException.class,
              () -> busy.check(jwt, caller, now, Runnable::run, () -> fail("not checked")));
      assertEquals(CallFailure.RATE_LIMITED, e.failure());
      assertEquals(1000, e.pushbackMillis());
    }
  }

  /** It ended the caller's connection, with all calls on it. */
  @Test
  void checkForWhichNoThreadCanBeHadIsRefused() throws CallException {
    CallerCheck full =
        new CallerCheck(
            Clock.systemUTC(),
            task -> {
              throw new OutOfMemoryError("unable to create native thread");
            });
    HeaderFields fields = authorization("Bearer " + ISSUER.tokenOf("x", "i", "a"));
    PresentedJwt jwt =
        Objects.requireNonNull(CallerCheck.credential(route(null, JWT), fields).jwt());
    CallException e =
        assertThrows(
            CallException.class,
            () -> full.check(jwt, caller, now, Runnable::run, () -> fail("not checked")));
    assertEquals(CallFailure.RATE_LIMITED, e.failure());
  }

  @Test
  void addressesOfOneIpv6NetworkCountAsOne() {
    Route route = route(null, JWT);
    String forged = "Bearer " + TestIssuer.ec("k").tokenOf("x", "i", "a");
    for (int i = 0; i < CheckAllowance.BURST; i++) {
      assertRefused(from("2001:db8::" + i), CallFailure.UNAUTHENTICATED, route, forged);
    }
    assertRefused(from("2001:db8::ffff:1"), CallFailure.RATE_LIMITED, route, forged);
    assertRefused(from("2001:db8:0:1::1"), CallFailure.UNAUTHENTICATED, route, forged);
  }

  /** A reload must not make every caller's signature be checked anew. */
  @Test
  void tokensStayKnownOverAReloadThatDoesNotChangeTheirKeys() throws CallException {
    RoutingTable first = table(new AuthPolicy(List.of(), JWT), null);
    RoutingTable same = table(new AuthPolicy(List.of(NAMED), JWT), first);
    assertTrue(route(first).jwt() == route(same).jwt());
    JwtPolicy other = new JwtPolicy(JWT.keys(), "i", List.of("b"));
    RoutingTable changed = table(new AuthPolicy(List.of(NAMED), other), same);
    assertTrue(route(first).jwt() != route(changed).jwt());
  }
}
