package dev.adit.core.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import org.junit.jupiter.api.Test;

final class TokenHashTest {

  @Test
  void hashMatchesItsTokenOnly() {
    Token token = Token.newToken();
    assertTrue(token.hash().matches(token.secret()));
    assertFalse(token.hash().matches(token.secret() + "x"));
    assertFalse(token.hash().matches(Token.newToken().secret()));
    assertNotEquals(Token.newToken(), Token.newToken());
  }

  @Test
  void hashIsPlainSha256() {
    assertEquals(
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        TokenHash.of("test").hex());
  }

  @Test
  void secretIsNotPrinted() {
    Token token = Token.newToken();
    assertFalse(token.toString().contains(token.secret()));
  }

  @Test
  void otherThanSixtyFourDigitsIsNoHash() {
    assertThrows(IllegalArgumentException.class, () -> new TokenHash("abc"));
    assertThrows(IllegalArgumentException.class, () -> new TokenHash("g".repeat(64)));
    assertThrows(IllegalArgumentException.class, () -> TokenHash.parse("abc"));
  }

  /** It is what a script writes whose variable is not set. */
  @Test
  void hashOfNothingIsNoHashOfAToken() {
    String nothing = TokenHash.of("").hex();
    assertThrows(IllegalArgumentException.class, () -> TokenHash.parse(nothing));
    assertThrows(
        IllegalArgumentException.class, () -> TokenHash.parse(nothing.toUpperCase(Locale.ROOT)));
    assertEquals(TokenHash.of("test"), TokenHash.parse(TokenHash.of("test").hex()));
  }
}
