package dev.adit.server.entry.caller;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.testing.tls.TestCertificate;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClientCertificateTest {
  @TempDir private Path directory = Path.of("");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'CN=a' | 'dns:b.example,uri:spiffe://c/d,uri:spiffe://e' | cert:uri:spiffe://c/d",
        "'CN=a' | 'ip:192.0.2.7,dns:b.example,dns:c.example' | cert:dns:b.example",
        "'CN=a b,O=c' | 'ip:192.0.2.7' | cert:subject:CN=a%20b%2CO=c",
        "'CN=spiffe://c/d' | '' | cert:subject:CN=spiffe://c/d"
      })
  void identityIsAUriElseADnsNameElseTheSubject(String subject, String names, String expected)
      throws Exception {
    TestCertificate made = TestCertificate.make(directory, "a", subject, names);
    assertEquals(expected, String.valueOf(ClientCertificate.identity(made.certificate())));
  }
}
