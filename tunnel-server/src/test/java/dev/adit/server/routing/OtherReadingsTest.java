package dev.adit.server.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.match.CallMatch;
import dev.adit.core.match.TextMatch;
import dev.adit.core.match.table.Explained;
import dev.adit.core.token.TokenHash;
import dev.adit.server.policy.auth.AuthPolicy;
import dev.adit.server.policy.auth.BearerToken;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules with {@code auth} beside one that lets everybody in. */
final class OtherReadingsTest {
  private static final AuthPolicy OPERATORS = auth("operators");
  private static final AuthPolicy PARTNERS = auth("partners");

  private static final RoutingTable TABLE =
      table(
          rule("admin", path(TextMatch.prefix("/admin/")), OPERATORS),
          rule("keys", path(TextMatch.exact("/v1/keys")), OPERATORS),
          rule("partners", path(TextMatch.prefix("/partners/")), PARTNERS),
          rule("orders", service("shop.v1.Orders"), OPERATORS),
          rule("rest", CallMatch.ANY, null));

  private static AuthPolicy auth(String token) {
    return new AuthPolicy(List.of(new BearerToken(TokenHash.of(token), null)), null);
  }

  private static CallMatch path(TextMatch path) {
    return new CallMatch(null, null, path, List.of(), null);
  }

  private static CallMatch service(String name) {
    return new CallMatch(TextMatch.exact(name), null, null, List.of(), null);
  }

  private static Rule rule(String name, CallMatch match, @Nullable AuthPolicy auth) {
    return TestRules.rule(name, match, auth);
  }

  private static RoutingTable table(Rule... rules) {
    return RoutingTable.of("", List.of(rules), Map.of(), null);
  }

  private static CallHeaders call(CallProtocol protocol, String method, String path) {
    return new CallHeaders(
        protocol,
        AsciiString.of(method),
        AsciiString.of("http"),
        AsciiString.of("a.example"),
        new AsciiString(path.getBytes(StandardCharsets.ISO_8859_1), false),
        new HeaderFields(),
        CallHeaders.NO_TIMEOUT);
  }

  private static @Nullable String decided(CallHeaders call) {
    @Nullable Route route = TABLE.route(call);
    return route == null ? null : route.rule().name().value();
  }

  private static @Nullable String decidedGet(String path) {
    return decided(call(CallProtocol.HTTP, "GET", path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/admin/x",
        "//admin/x",
        "/./admin/x",
        "/x/../admin/x",
        "/x/%2e%2e/admin/x",
        "/%61dmin/x",
        "/admin%2fx",
        "/admin%2Fx",
        "/admin%5Cx",
        "/admin\\x",
        "/\\admin/x",
        "/admin;a=b/x",
        "/..;/admin/x",
        "/x/..;v=1/admin/x",
        "/../../admin/x",
        "/admin//x",
        "/admin/%2e",
        "/%2Fadmin%2F",
        "/admin/\u00ff%",
        "/%61dmin/x?y=z",
        "/./admin/x?%",
        // Servers that decode, and know no parameters, or leave dots or empty segments alone.
        "/%61dmin/x/..;/..;/y",
        "/%61dmin/x/../../y",
        "/%61dmin//../x",
        "/%61dmin/..\\..\\x",
        // Those that take parameters out before they decode.
        "/%61dmin/x;%2f..%2f..%2fy",
        "/x/..//..//admin/y"
      })
  void ruleWithAuthGetsAPathHoweverItIsWritten(String path) {
    assertEquals("admin", decidedGet(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/administrator",
        "/x/admin/x",
        "/a%2Fb",
        "/a//b",
        "/.well-known/x",
        "/a%",
        "/a%2",
        "/a%zz",
        "/x?/admin/x",
        "/x?a=/../admin/x",
        "/x/;/admin/x",
        "/a/admin%2Fx"
      })
  void otherPathsStayWithTheRuleThatLetsEverybodyIn(String path) {
    assertEquals("rest", decidedGet(path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/keys", "/v1//keys", "/v1/./keys", "/v1/key%73", "/v1/keys;a"})
  void exactPathIsGuardedToo(String path) {
    assertEquals("keys", decidedGet(path));
  }

  /** Each reading costs a look at the rules, and none of it is what anybody needs. */
  @Test
  void nobodyGetsWhatCanBeReadInTooManyWays() {
    String odd = "/a;b/%2e%2e;c//..\\%5c;d%3be/";
    assertNull(decidedGet(odd.repeat(2)));
    assertEquals("rest", decidedGet("/x?" + odd.repeat(2)));
    assertEquals("rest", decidedGet("/" + "%20".repeat(150) + "//x;y"));
    assertEquals("rest", decidedGet("/" + "%20".repeat(200) + "//x"));
    assertNull(decidedGet("/" + "%20".repeat(200) + "//x;y"));
  }

  /** Servers of gRPC take other content-types for it, and some take any. */
  @Test
  void ruleWithAuthGetsCallsOfItsServiceWhateverTheirContentType() {
    String path = "/shop.v1.Orders/Get";
    assertEquals("orders", decided(call(CallProtocol.GRPC, "POST", path)));
    assertEquals("orders", decided(call(CallProtocol.HTTP, "POST", path)));
    assertEquals("orders", decided(call(CallProtocol.HTTP, "POST", "/" + path)));
    assertEquals("orders", decided(call(CallProtocol.GRPC, "POST", "/shop%2ev1.Orders/Get")));
    assertEquals("rest", decided(call(CallProtocol.HTTP, "GET", path)));
    assertEquals("rest", decided(call(CallProtocol.HTTP, "POST", "/shop.v1.Other/Get")));
  }

  @Test
  void nobodyGetsWhatMayBeMeantForOthers() {
    assertEquals("partners", decidedGet("/partners/x"));
    assertNull(decidedGet("/partners/../admin/x"));
    assertEquals("admin", decidedGet("/admin/../admin/x"));
    assertEquals("admin", decidedGet("/admin/../x"));
  }

  @Test
  void explanationNamesTheRuleThatDecides() {
    List<Explained<Route>> explained = TABLE.explain(call(CallProtocol.HTTP, "GET", "//admin/x"));
    assertEquals(Explained.Outcome.WON, explained.get(0).outcome());
  }

  @Test
  void withoutAuthAPathIsOnlyWhatIsWritten() {
    RoutingTable open =
        table(
            rule("admin", path(TextMatch.prefix("/admin/")), null),
            rule("rest", CallMatch.ANY, null));
    @Nullable Route route = open.route(call(CallProtocol.HTTP, "GET", "//admin/x"));
    assertSame(open.route(call(CallProtocol.HTTP, "GET", "/x")), route);
  }
}
