package dev.adit.core.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostPortTest {

  @ParameterizedTest
  @ValueSource(strings = {"a.example:80", "127.0.0.1:0", "[::1]:65535", "localhost:1", "a_b-c:2"})
  void addressIsWrittenAsItIsRead(String text) {
    assertEquals(text, HostPort.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "a",
        "a:",
        ":80",
        "a:-1",
        "a:65536",
        "a:8x",
        "::1:80",
        "[::1]",
        "[a]:1",
        "a b:1",
        "http://a:1",
        "22:22:22",
        "a..b:1",
        ".a:1",
        "a:٣"
      })
  void whatIsNoAddressIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> HostPort.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:1, true",
    "127.9.9.9:1, true",
    "localhost:1, true",
    "LocalHost:1, true",
    "[::1]:1, true",
    "0.0.0.0:1, false",
    "[::]:1, false",
    "127.evil.example:1, false",
    "localhost.example:1, false"
  })
  void loopbackIsToldByTheTextAlone(String text, boolean loopback) {
    assertEquals(loopback, HostPort.parse(text).isLoopback());
  }

  @Test
  void secretsAreNotPrinted() {
    assertEquals("FromEnvironment[variable=A]", new SecretRef.FromEnvironment("A").toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a.example", "a.example.", "a-b.1st", "127.0.0.1", "::1", "[::1]"})
  void hostOfACertificateIsAsItWasGiven(String host) {
    assertEquals(host, HostPort.verifiable(host));
  }

  @ParameterizedTest
  @CsvSource({
    "a_b.example, 'no certificate can be verified for ''a_b.example'', since ''a_b'' has an"
        + " underscore'",
    "a.b-, 'no certificate can be verified for ''a.b-'', since ''b-'' has a hyphen at its begin or"
        + " end'",
    "a.example:443, leave scheme and port out of 'a.example:443'",
    "https://a, leave scheme and port out of 'https://a'",
    "*.example, not a host name or IP address: '*.example'",
    "x@y, not a host name or IP address: 'x@y'",
  })
  void hostThatNoCertificateIsVerifiedForIsRefused(String host, String why) {
    assertEquals(
        why,
        assertThrows(IllegalArgumentException.class, () -> HostPort.verifiable(host)).getMessage());
  }
}
