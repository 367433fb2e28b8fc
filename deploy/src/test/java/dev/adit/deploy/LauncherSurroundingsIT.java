package dev.adit.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.deploy.program.Program;
import dev.adit.deploy.program.UnpackedArchive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where no Java starts, the launchers say why in one line. */
@Timeout(180)
final class LauncherSurroundingsIT {
  @TempDir static Path temporary = Path.of("");

  private static Program.Run launch(String before) throws Exception {
    Path bin = UnpackedArchive.into(Files.createTempDirectory(temporary, "at-")).resolve("bin");
    return Program.run(
        60,
        Map.of("GONE", Files.createDirectory(bin.resolve("gone")).toString()),
        "sh",
        "-c",
        before + "; exec sh \"$0\" version",
        bin.resolve("tunnel-agent").toString());
  }

  /** As of a shell that was in the directory of the version before. */
  @Test
  void workingDirectoryThatIsGoneIsToldInOneLine() throws Exception {
    Program.Run run = launch("cd \"$GONE\" && rmdir \"$GONE\"");
    assertEquals(1, run.exitCode());
    assertEquals(
        "tunnel-agent: the working directory is gone, perhaps replaced by an upgrade: go to one"
            + " that is there",
        // The shell may have had a word of its own before.
        run.line());
  }

  @Test
  void tooFewFilesAreToldInOneLine() throws Exception {
    Program.Run run = launch("ulimit -n 64");
    assertEquals(1, run.exitCode());
    assertEquals(
        "tunnel-agent: only 64 files may be open, connections included: allow 1024 or more"
            + " (ulimit -n, or LimitNOFILE= of a unit)\n",
        run.output());
  }
}
