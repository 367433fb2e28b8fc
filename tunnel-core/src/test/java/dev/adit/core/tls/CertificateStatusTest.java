package dev.adit.core.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate that peers refuse, or soon will, is told of, and no other. */
final class CertificateStatusTest {
  @TempDir private Path directory = Path.of("");

  private CertificateStatus status = new CertificateStatus("", "", List.of(), "", "");

  @BeforeEach
  void issue() throws IOException {
    TlsIdentity identity =
        CertificateAuthority.create("test").issue(List.of("a.example"), Duration.ofDays(90));
    Path file = directory.resolve("own.crt");
    Files.writeString(file, CertificateAuthority.pem(identity.chain()));
    status = CertificateStatus.read("tls", file).findFirst().orElseThrow();
  }

  private String warning(Instant now) {
    return status.warning(now).orElse("").replace(status.file(), "FILE");
  }

  @Test
  void itIsGoodFromItsBeginningUntilItsEndIsNear() {
    Instant begins = Instant.parse(status.begins());
    Instant ends = Instant.parse(status.ends());
    assertEquals("", warning(begins));
    assertEquals("", warning(ends.minus(Duration.ofDays(15))));
    assertTrue(
        warning(begins.minusSeconds(1)).startsWith("FILE is not valid before " + begins + ", and"),
        () -> warning(begins.minusSeconds(1)));
    assertTrue(warning(ends.minusSeconds(1)).startsWith("FILE expires at " + ends + ": "));
    assertTrue(warning(ends.plusSeconds(1)).startsWith("FILE has expired at " + ends + ": "));
  }

  @Test
  void oneThatServesTwoListenersIsToldOnce() {
    Instant late = Instant.parse(status.ends()).plusSeconds(1);
    assertEquals(1, CertificateStatus.warnings(List.of(status, status), late).size());
  }
}
