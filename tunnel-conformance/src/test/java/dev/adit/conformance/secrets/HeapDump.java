package dev.adit.conformance.secrets;

import dev.adit.conformance.tools.Tool;
import dev.adit.demo.process.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The objects that a Java process of this host holds on to, garbage not among them, as bytes. */
final class HeapDump {
  private static final int SECONDS = 60;
  private static final int FEWEST_BYTES = 1 << 20;

  private final byte[] bytes;

  private HeapDump(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Takes one; the process collects its garbage first. */
  static HeapDump of(ChildProcess process, Path directory)
      throws IOException, InterruptedException {
    Path file = directory.resolve(process.name() + ".hprof");
    jcmd(directory, process, "GC.run");
    jcmd(directory, process, "GC.heap_dump", file.toString());
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    if (bytes.length < FEWEST_BYTES) {
      throw new AssertionError("a heap dump of " + bytes.length + " bytes");
    }
    return new HeapDump(bytes);
  }

  private static void jcmd(Path directory, ChildProcess process, String... words)
      throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd");
    Tool.need(Files.isExecutable(jcmd), "jcmd: it comes with a JDK");
    String[] all = new String[words.length + 2];
    all[0] = jcmd.toString();
    all[1] = Long.toString(process.pid());
    System.arraycopy(words, 0, all, 2, words.length);
    Tool.Run run = Tool.run(directory, SECONDS, List.of(all)).orElseThrow();
    if (run.exitCode() != 0) {
      throw new AssertionError(run.output());
    }
  }

  /** How often a text is there, as a string of either form or as bytes. */
  int count(String text) {
    return count(text.getBytes(StandardCharsets.ISO_8859_1))
        + count(text.getBytes(StandardCharsets.UTF_16LE));
  }

  /** How often these bytes are there. */
  int count(byte[] wanted) {
    int count = 0;
    for (int at = 0; at <= bytes.length - wanted.length; at++) {
      if (bytes[at] == wanted[0] && isAt(at, wanted)) {
        count++;
      }
    }
    return count;
  }

  private boolean isAt(int at, byte[] wanted) {
    for (int i = 1; i < wanted.length; i++) {
      if (bytes[at + i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }
}
