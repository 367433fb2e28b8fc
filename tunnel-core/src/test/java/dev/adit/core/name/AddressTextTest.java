package dev.adit.core.name;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Addresses look as in the configuration. */
final class AddressTextTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1:5",
    "0:0:0:0:0:0:0:1, [::1]:5",
    "2001:db8:0:0:0:0:0:1, [2001:db8::1]:5",
    "0.0.0.0, 0.0.0.0:5",
  })
  void numbersAreShort(String address, String text) throws UnknownHostException {
    InetAddress numbers = InetAddress.getByName(address);
    assertEquals(text, AddressText.of(new InetSocketAddress(numbers, 5)));
    InetAddress named = InetAddress.getByAddress("a.example", numbers.getAddress());
    assertEquals(text, AddressText.of(new InetSocketAddress(named, 5)));
  }

  @Test
  void nameThatNobodyHasResolvedIsKept() {
    assertEquals("a.example:5", AddressText.of(InetSocketAddress.createUnresolved("a.example", 5)));
  }

  @ParameterizedTest
  @CsvSource({
    "::, 0.0.0.0, 0.0.0.0:5",
    "::, ::, [::]:5",
    "0.0.0.0, localhost, localhost:5",
    "127.0.0.1, localhost, 127.0.0.1:5",
    "::1, ::1, [::1]:5",
  })
  void listenerForAllIsWrittenAsItWasAskedFor(String bound, String wanted, String text)
      throws UnknownHostException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(bound), 5);
    assertEquals(text, AddressText.ofListener(address, wanted));
  }
}
