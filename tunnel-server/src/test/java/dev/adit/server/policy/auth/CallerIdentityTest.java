package dev.adit.server.policy.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.http2.FieldRules;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class CallerIdentityTest {
  @Test
  void nameSaysWhereItComesFrom() {
    assertEquals("jwt:alice", CallerIdentity.ofJwt("alice").toString());
    assertEquals("token:ci", CallerIdentity.ofToken("ci").toString());
    assertEquals(
        "cert:uri:spiffe://a/b?c#d",
        CallerIdentity.ofCertificateUri("spiffe://a/b?c#d").toString());
    assertEquals("cert:dns:a.example", CallerIdentity.ofCertificateDns("a.example").toString());
    assertEquals(
        "cert:subject:CN=a%2CO=b", CallerIdentity.ofCertificateSubject("CN=a,O=b").toString());
  }

  /**
   * Whatever was signed must not become another field, another value of a list, or another name.
   */
  @Test
  void everyNameBecomesOneSafeValueThatGivesItBack() {
    for (int c = 0; c < 0x300; c++) {
      String name = "a" + (char) c + "b";
      CallerIdentity identity = CallerIdentity.ofJwt(name);
      String text = identity.toString();
      assertTrue(text.chars().allMatch(b -> b > ' ' && b < 0x7f && b != ',' && b != '"'), text);
      assertTrue(FieldRules.isValue(identity.text()));
      String plus = text.substring("jwt:".length()).replace("+", "%2B");
      assertEquals(name, URLDecoder.decode(plus, StandardCharsets.UTF_8));
    }
    assertEquals("jwt:%F0%9F%A6%8A", CallerIdentity.ofJwt("\ud83e\udd8a").toString());
    assertEquals("jwt:a%0D%0Ax:%20b", CallerIdentity.ofJwt("a\r\nx: b").toString());
  }

  @Test
  void namesAreNeitherEmptyNorEndless() {
    assertThrows(IllegalArgumentException.class, () -> CallerIdentity.ofToken(""));
    String most = "x".repeat(CallerIdentity.MAX_NAME);
    assertEquals("token:" + most, CallerIdentity.ofToken(most).toString());
    assertThrows(IllegalArgumentException.class, () -> CallerIdentity.ofToken(most + "x"));
  }
}
