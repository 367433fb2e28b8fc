package dev.adit.server.config;

import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One line a call, or none at all.
 *
 * @param file where the lines go; null: standard output
 * @param maxBytes of the file before it is put aside; {@link #UNLIMITED}: never
 * @param keep how many files put aside are kept
 * @param samplePercent of the calls that have not failed
 * @param openAfter how long a call runs before it gets a line although it has not ended
 */
public record AccessLogConfig(
    Format format,
    @Nullable Path file,
    long maxBytes,
    int keep,
    double samplePercent,
    Duration openAfter) {
  /** No limit to a file. */
  public static final long UNLIMITED = 0;

  private static final AccessLogConfig DEFAULT =
      new AccessLogConfig(Format.JSON, null, UNLIMITED, 5, 100, Duration.ofMinutes(1));

  private static final long KIB = 1024;
  private static final int MOST_KEPT = 1000;

  /** The shape of a line. */
  public enum Format {
    /** One JSON object a line. */
    JSON,
    /** Words separated by blanks. */
    TEXT,
    /** No lines. */
    OFF
  }

  /** Lines of this format on standard output, or none at all. */
  public static AccessLogConfig of(Format format) {
    return new AccessLogConfig(
        format, null, DEFAULT.maxBytes, DEFAULT.keep, DEFAULT.samplePercent, DEFAULT.openAfter);
  }

  /** Whether calls are logged. */
  public boolean isOn() {
    return format != Format.OFF;
  }

  /** Reads the {@code accessLog} of a file. */
  static AccessLogConfig read(ConfigMap root) {
    @Nullable ConfigValue value = root.optional("accessLog");
    if (value != null && value.isWord("off")) {
      return of(Format.OFF);
    }
    if (value != null && !value.isMapping()) {
      value.reject("expected off or a mapping such as {format: json, file: \"-\"}");
      return of(Format.OFF);
    }
    ConfigMap map = root.childOrEmpty("accessLog");
    Format format = map.choice("format", Format.class, DEFAULT.format);
    @Nullable Path file = map.read("file", AccessLogConfig::file);
    boolean rotated = map.has("maxSize");
    long maxBytes = map.bytes("maxSize", UNLIMITED, 64 * KIB, 1L << 40);
    int keep = map.integer("keep", DEFAULT.keep, 1, MOST_KEPT);
    @Nullable ConfigValue sample = map.optional("sample");
    double percent = sample == null ? DEFAULT.samplePercent : sample.share(DEFAULT.samplePercent);
    Duration openAfter =
        map.duration("openAfter", DEFAULT.openAfter, Duration.ofMillis(100), Duration.ofDays(365));
    if (map.isMapping() && file == null && !map.has("file") && rotated) {
      map.value().reject("expected file: FILE beside maxSize; standard output has no size");
    }
    if (map.has("keep") && !rotated) {
      map.value().reject("expected maxSize beside keep");
    }
    map.end();
    return new AccessLogConfig(format, file, maxBytes, keep, percent, openAfter);
  }

  private static @Nullable Path file(ConfigValue value) {
    if ("-".equals(value.text("a file, or \"-\""))) {
      return null;
    }
    @Nullable Path path = value.path();
    @Nullable Path directory = path == null ? null : path.toAbsolutePath().getParent();
    if (path == null || directory == null) {
      return null;
    }
    if (Files.isDirectory(path)) {
      value.reject("expected a file; " + path + " is a directory");
    } else if (!Files.isDirectory(directory)) {
      value.reject("expected a file in a directory that is there; there is none at " + directory);
    } else if (!Files.isWritable(Files.exists(path) ? path : directory)) {
      String user = System.getProperty("user.name");
      value.reject("expected a file that the user '" + user + "' may write; not so " + path);
    }
    return path;
  }
}
