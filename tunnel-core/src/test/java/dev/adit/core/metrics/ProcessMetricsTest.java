package dev.adit.core.metrics;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.tls.FollowedTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every process shows. */
final class ProcessMetricsTest {
  private final ProcessMetrics metrics = new ProcessMetrics("test");

  private boolean shows(String line) {
    return metrics.page().bytes().toStringUtf8().lines().anyMatch(line::equals);
  }

  /** A use that has several sets of files is current if all of them are. */
  @Test
  void refusedCertificatesAreSeenUntilTheyAreMended(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("a.crt"), "good");
    try (FollowedTls followed = new FollowedTls("entry.tls", List.of(file));
        FollowedTls other = new FollowedTls("entry.tls", List.of(directory))) {
      metrics.watchTls(() -> List.of(followed, other));
      followed.start(
          () -> {
            if (!Files.readString(file).equals("good")) {
              throw new IOException("no certificate");
            }
          });
      assertTrue(shows("adit_tls_current{use=\"entry.tls\"} 1.0"));
      Files.writeString(file, "bad, and longer");
      await().until(() -> shows("adit_tls_current{use=\"entry.tls\"} 0.0"));
      Files.writeString(file, "good");
      await().until(() -> shows("adit_tls_current{use=\"entry.tls\"} 1.0"));
      assertTrue(shows("adit_tls_loads_total{result=\"refused\",use=\"entry.tls\"} 1.0"));
    }
  }
}
