package dev.adit.server.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.util.AsciiString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a rule says of its calls. */
final class RouteTest {
  @ParameterizedTest
  @CsvSource({
    "'', any.example, ''",
    "api.example, API.example:443, api.example",
    "*.example, a.b.example, *.example",
    "*.example api.example, Api.Example.:8080, api.example",
    "*.example api.example, other.example, *.example",
    "*.example *.shop.example, eu.shop.example, *.shop.example",
    "*.example *.shop.example, shop.example:1, *.example",
    "[::1] *.example, [::1]:50051, [::1]",
  })
  void hostIsTheMostSpecificThatTheCallFits(String hosts, String authority, String expected) {
    String[] patterns = hosts.isEmpty() ? new String[0] : hosts.split(" ");
    Route route = Route.of(TestRules.ofHosts(patterns), null, null);
    assertEquals(AsciiString.of(expected), route.hostText(AsciiString.of(authority)));
  }
}
