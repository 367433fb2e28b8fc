package dev.adit.server.entry.caller;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.util.AsciiString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IdentityHeaderTest {
  private final IdentityHeader header = new IdentityHeader(AsciiString.of("x-adit-identity"));

  @ParameterizedTest
  @CsvSource({
    "x-adit-identity, true",
    "x_adit_identity, true",
    "x-adit_identity, true",
    "x.adit.identity, true",
    "x-adit-identit, false",
    "x-adit-identity2, false",
    "x-adit-identitz, false",
    "x-aditaidentity, false",
    "xaadit-identity, false",
    "x-adit-identit-, false"
  })
  void namesThatABackendCouldTakeForItAreCovered(String name, boolean covered) {
    assertEquals(covered, header.covers(AsciiString.of(name)));
  }
}
