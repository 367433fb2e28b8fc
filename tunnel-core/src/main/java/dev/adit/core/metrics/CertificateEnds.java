package dev.adit.core.metrics;

import dev.adit.core.tls.PemFiles;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * When the certificates in files end. Files are read again after a while, since they are replaced
 * while the process runs; by a clock that nobody sets. Reads files on the thread that asks.
 */
final class CertificateEnds {
  private static final long KNOWN_FOR_NANOS = TimeUnit.SECONDS.toNanos(10);

  private record Known(Instant end, long readNanos) {}

  // deps
  private final Supplier<? extends Collection<Path>> files;
  private final Ticker ticker;

  // shared: guarded by the monitor
  private final Map<Path, Known> known = new HashMap<>();

  CertificateEnds(Supplier<? extends Collection<Path>> files, Ticker ticker) {
    this.files = files;
    this.ticker = ticker;
  }

  /** Of each file that can be read, the end of the certificate in it that ends first. */
  synchronized Map<Path, Instant> now() {
    Map<Path, Instant> ends = new LinkedHashMap<>();
    long now = ticker.nanoTime();
    for (Path file : files.get()) {
      Known before = known.get(file);
      Known after =
          before == null || now - before.readNanos() > KNOWN_FOR_NANOS ? read(file, now) : before;
      known.put(file, after);
      if (after.end().isAfter(Instant.EPOCH)) {
        ends.put(file, after.end());
      }
    }
    known.keySet().retainAll(files.get());
    return ends;
  }

  private static Known read(Path file, long now) {
    try {
      Instant end =
          PemFiles.certificates(file).stream()
              .map(certificate -> certificate.getNotAfter().toInstant())
              .min(Instant::compareTo)
              .orElse(Instant.EPOCH);
      return new Known(end, now);
    } catch (IOException e) {
      // Whoever follows the file tells it.
      return new Known(Instant.EPOCH, now);
    }
  }
}
