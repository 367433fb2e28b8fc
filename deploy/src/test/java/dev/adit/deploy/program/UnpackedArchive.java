package dev.adit.deploy.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** The archive of this build, unpacked as its users do. */
public final class UnpackedArchive {

  /** The archive itself. */
  public static final Path FILE = Path.of(property("archive"));

  /** The module's directory. */
  public static final Path SOURCES = Path.of(property("directory"));

  private UnpackedArchive() {}

  /** Unpacks below a directory; what comes back is the one directory in the archive. */
  public static Path into(Path directory) throws IOException, InterruptedException {
    return into(directory, FILE);
  }

  /** The same for the archive with a Java of its own, of the profile {@code jlink}. */
  public static Path withRuntimeInto(Path directory) throws IOException, InterruptedException {
    return into(directory, Path.of(property("archive.runtime")));
  }

  private static Path into(Path directory, Path archive) throws IOException, InterruptedException {
    Program.Run tar = Program.run("tar", "-xzf", archive.toString(), "-C", directory.toString());
    assertEquals(0, tar.exitCode(), tar.output());
    return directory.resolve("tunnel-" + property("version"));
  }

  private static String property(String name) {
    return Objects.requireNonNull(System.getProperty("deploy." + name), name);
  }
}
