package dev.adit.core.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When certificates end, as files are replaced. */
final class CertificateEndsTest {
  private final CertificateAuthority authority = CertificateAuthority.create("test");
  private final MockTicker ticker = Ticker.newMockTicker();

  private Instant replace(Path file, int days) throws IOException {
    TlsIdentity issued = authority.issue(List.of("shop.example"), Duration.ofDays(days));
    Files.writeString(file, CertificateAuthority.pem(List.of(issued.certificate())));
    return issued.certificate().getNotAfter().toInstant();
  }

  /** A file was not read again until the host's clock, once set back, was as late as before. */
  @Test
  void fileIsReadAgainAfterAWhileWhateverTheHostsClockSays(@TempDir Path directory)
      throws IOException {
    Path file = directory.resolve("entry.crt");
    CertificateEnds ends = new CertificateEnds(() -> List.of(file), ticker);
    Instant first = replace(file, 1);
    assertEquals(Map.of(file, first), ends.now());
    Instant second = replace(file, 90);
    assertNotEquals(first, second);
    ticker.advance(10, TimeUnit.SECONDS);
    assertEquals(Map.of(file, first), ends.now());
    ticker.advance(1, TimeUnit.SECONDS);
    assertEquals(Map.of(file, second), ends.now());
  }
}
