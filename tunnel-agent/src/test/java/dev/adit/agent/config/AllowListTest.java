package dev.adit.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.config.HostPort;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AllowListTest {

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:*, 127.0.0.1:50051, true",
    "127.0.0.1:*, 127.0.0.2:50051, false",
    "*.internal:443, a.internal:443, true",
    "*.internal:443, a.b.INTERNAL:443, true",
    "*.internal:443, internal:443, false",
    "*.internal:443, a.internal:80, false",
    "*.internal:443, evilinternal:443, false",
    "DB.example:1, db.example:1, true",
    "[::1]:*, [::1]:9, true"
  })
  void patternFitsTheAddressAsWritten(String pattern, String address, boolean allowed) {
    AllowList allow = new AllowList(List.of(AllowList.Pattern.parse(pattern)));
    assertEquals(allowed, allow.allows(HostPort.parse(address)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "*:*", "a", "a.*.b:1", "*.:1", "a:0", "*.*.a:1"})
  void patternThatWouldSurpriseIsRefused(String pattern) {
    assertThrows(IllegalArgumentException.class, () -> AllowList.Pattern.parse(pattern));
  }

  @Test
  void proxyHidesItsPasswordAndKnowsWhatGoesDirect() {
    ProxyConfig proxy = ProxyConfig.parse("http://me:s%40cret@proxy.corp:3128", "a.example, .b,x");
    assertEquals(new HostPort("proxy.corp", 3128), proxy.address());
    assertEquals("s@cret", proxy.password());
    assertFalse(proxy.toString().contains("cret"));
    assertTrue(proxy.isBypassedBy("a.example"));
    assertTrue(proxy.isBypassedBy("c.a.example"));
    assertTrue(proxy.isBypassedBy("c.b"));
    assertFalse(proxy.isBypassedBy("na.examples"));
  }

  @Test
  void brokenProxyIsNotRepeated() {
    IllegalArgumentException thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> ProxyConfig.parse("http://me:sec ret@proxy:1", null));
    assertFalse(String.valueOf(thrown.getMessage()).contains("sec"));
  }

  @ParameterizedTest
  @CsvSource({
    "http://corp_proxy:3128, corp_proxy:3128",
    "http://u:p@corp_proxy, corp_proxy:80",
    "corp.example:1/, corp.example:1",
    "http://[::1]:3128, [::1]:3128",
    "http://[::1], [::1]:80",
  })
  void proxyIsFoundByWhateverNameIsDialled(String text, String address) {
    assertEquals(HostPort.parse(address), ProxyConfig.parse(text, null).address());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://u:p/geheim@proxy:1", "http://u:ge@heim@proxy:1", "http://u:geheim@"})
  void proxyWithoutAnAddressOfItsOwnIsNotRepeated(String text) {
    IllegalArgumentException thrown =
        assertThrows(IllegalArgumentException.class, () -> ProxyConfig.parse(text, null));
    assertEquals(
        "a proxy is written http://[user:password@]host:port, with %40 for @ in a password",
        thrown.getMessage());
  }
}
