package dev.adit.server.dispatch.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.Balance;
import dev.adit.server.policy.GroupShare;
import dev.adit.server.policy.HeaderChanges;
import dev.adit.server.routing.Route;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import dev.adit.server.routing.RuleName;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How the calls of a rule choose among agents. */
final class ChoiceTest {
  private static final AsciiString USER = AsciiString.of("x-user");

  private static Route route(Balance balance) {
    Rule rule =
        new Rule(
            new RuleName("r"),
            "f:1",
            List.of(),
            List.of(),
            0,
            List.of(new GroupShare(new GroupName("g"), 1)),
            null,
            balance,
            null,
            null,
            null,
            null,
            null,
            HeaderChanges.NONE,
            HeaderChanges.NONE,
            null,
            null);
    return Objects.requireNonNull(
        RoutingTable.of("h", List.of(rule), Map.of(), null).route(TunnelPair.headers()));
  }

  private static HeaderFields of(String user) {
    return new HeaderFields().add(USER, AsciiString.of(user));
  }

  @Test
  void callsOfOneHeaderValueHaveOneKeyAndThoseOfOthersAnother() {
    Route route = route(new Balance(Balance.Kind.HASH, USER));
    Choice alice = Choice.of(route, of("alice"));
    assertEquals(Balance.Kind.HASH, alice.kind());
    assertEquals(alice, Choice.of(route, of("alice")));
    assertNotEquals(alice, Choice.of(route, of("bob")));
    assertNotEquals(alice, Choice.of(route, of("Alice")));
  }

  @Test
  void callWithoutTheHeaderHasNothingToStayWith() {
    Route route = route(new Balance(Balance.Kind.HASH, USER));
    assertEquals(Choice.LEAST_CALLS, Choice.of(route, new HeaderFields()));
  }

  @Test
  void turnsAreTheRules() {
    Route route = route(new Balance(Balance.Kind.ROUND_ROBIN, null));
    int first = Choice.of(route, of("alice")).key();
    assertEquals(new Choice(Balance.Kind.ROUND_ROBIN, first + 1), Choice.of(route, of("alice")));
  }
}
