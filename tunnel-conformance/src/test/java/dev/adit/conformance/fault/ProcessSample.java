package dev.adit.conformance.fault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a Java process holds at one moment.
 *
 * @param heapKib in use right after a full collection
 * @param rssKib resident, as the kernel counts it
 * @param files open descriptors
 */
public record ProcessSample(double heapKib, double rssKib, double files, double threads) {
  /** Looks at a process; collects its garbage first. */
  public static ProcessSample of(long pid) throws IOException, InterruptedException {
    jcmd(pid, "GC.run");
    // Generations with the Serial collector; the metaspace has a line of another form.
    double heap =
        Pattern.compile("generation\\s+total \\d+K, used (\\d+)K")
            .matcher(jcmd(pid, "GC.heap_info"))
            .results()
            .mapToDouble(found -> Double.parseDouble(found.group(1)))
            .sum();
    Path proc = Path.of("/proc", Long.toString(pid));
    String status = Files.readString(proc.resolve("status"));
    try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
      return new ProcessSample(
          heap, number(status, "VmRSS"), files.count(), number(status, "Threads"));
    }
  }

  private static double number(String status, String key) {
    Matcher found = Pattern.compile("^" + key + ":\\s+(\\d+)", Pattern.MULTILINE).matcher(status);
    if (!found.find()) {
      throw new AssertionError("no " + key + " in " + status);
    }
    return Double.parseDouble(found.group(1));
  }

  private static String jcmd(long pid, String command) throws IOException, InterruptedException {
    String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process process =
        new ProcessBuilder(program, Long.toString(pid), command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError("jcmd " + command + ": " + output);
    }
    return output;
  }
}
