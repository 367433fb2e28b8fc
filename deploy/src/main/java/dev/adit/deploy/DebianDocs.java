package dev.adit.deploy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** What Debian's packages have in a form of their own: manuals and a changelog, compressed. */
final class DebianDocs {
  /** Where a gzip file says how hard it was packed, and what it says then. */
  private static final int MARK = 8;

  private static final byte BEST = 2;

  private final Path directory;

  /**
   * @param directory where a directory of each package's name is made
   */
  DebianDocs(Path directory) {
    this.directory = directory;
  }

  /** Writes {@code PROGRAM/man/PAGE.1.gz}. */
  void writeManual(String program, String fileName, String page) throws IOException {
    compress(directory.resolve(program).resolve("man").resolve(fileName + ".gz"), page);
  }

  /**
   * Writes {@code PROGRAM/changelog.gz}, which points at the real one.
   *
   * @param version as Maven has it
   * @param time of the release, ISO 8601
   */
  void writeChangelog(String program, String version, String time) throws IOException {
    String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(OffsetDateTime.parse(time));
    String entry =
        String.join(
            "\n",
            List.of(
                program
                    + " ("
                    + version.replace("-SNAPSHOT", "~SNAPSHOT")
                    + ") unstable; urgency=medium",
                "",
                "  * What has changed stands in CHANGELOG.md beside this file.",
                "",
                " -- Adit maintainers <maintainers@adit.example>  " + date.replace("GMT", "+0000"),
                ""));
    compress(directory.resolve(program).resolve("changelog.gz"), entry);
  }

  /** As gzip -9n does: without a name and a time, and with the mark of its best compression. */
  private static void compress(Path file, String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new BestGzip(packed)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    byte[] bytes = packed.toByteArray();
    bytes[MARK] = BEST;
    Files.createDirectories(file.resolveSibling(""));
    Files.write(file, bytes);
  }

  /** The stream of the JDK with its best compression, of which it does not say a word. */
  private static final class BestGzip extends GZIPOutputStream {
    BestGzip(OutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }
}
