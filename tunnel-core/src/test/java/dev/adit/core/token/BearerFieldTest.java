package dev.adit.core.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BearerFieldTest {

  @ParameterizedTest
  @ValueSource(strings = {"Bearer abc", "bearer abc", "BEARER abc"})
  void schemeIsReadInAnyCase(String authorization) {
    assertEquals("abc", BearerField.token(authorization));
    assertTrue(BearerField.has(authorization, "abc"));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "Bearer", "Bearerabc", "Basic abc", "abc"})
  void otherSchemesHaveNoBearerToken(String authorization) {
    assertNull(BearerField.token(authorization));
    assertFalse(BearerField.has(authorization, "abc"));
  }

  @Test
  void tokenIsReadAsItIs() {
    assertFalse(BearerField.has("Bearer ABC", "abc"));
    assertFalse(BearerField.has("Bearer ", "abc"));
    assertFalse(BearerField.has("Bearer abc ", "abc"));
  }
}
