package dev.adit.conformance.fault.link;

import dev.adit.conformance.tools.Tool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A network namespace of its own whose loopback interface loses TCP packets at random. Needs root,
 * {@code ip} and {@code iptables}. Confined to one thread.
 */
final class LossyNamespace implements AutoCloseable {
  private static final int SECONDS = 10;

  private final Path directory;
  private final String name;

  private LossyNamespace(Path directory, String name) {
    this.directory = directory;
    this.name = name;
  }

  /**
   * Makes one; the test is skipped, loudly, where that is not possible.
   *
   * @param directory for temporary files
   * @param loss share of packets that get lost, 0 to 1
   */
  static LossyNamespace make(Path directory, double loss) throws IOException, InterruptedException {
    LossyNamespace made =
        new LossyNamespace(directory, "adit-test-" + ProcessHandle.current().pid());
    boolean possible =
        made.does("ip", "netns", "add", made.name)
            && made.does("ip", "-n", made.name, "link", "set", "lo", "up")
            && made.does(
                made.inside(
                    "iptables",
                    "-A",
                    "INPUT",
                    "-i",
                    "lo",
                    "-p",
                    "tcp",
                    "-m",
                    "statistic",
                    "--mode",
                    "random",
                    "--probability",
                    Double.toString(loss),
                    "-j",
                    "DROP"));
    if (!possible) {
      made.close();
    }
    Tool.need(possible, "network namespaces with packet loss (root, ip netns, iptables)");
    return made;
  }

  /** The words of a command that runs a program in here. */
  String[] inside(String... words) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(List.of(words));
    return all.toArray(String[]::new);
  }

  private boolean does(String... words) throws IOException, InterruptedException {
    Optional<Tool.Run> run = Tool.run(directory, SECONDS, List.of(words));
    return run.isPresent() && run.get().exitCode() == 0;
  }

  /** Packets that got lost. */
  long lost() throws IOException, InterruptedException {
    String rules =
        Tool.run(directory, SECONDS, List.of(inside("iptables", "-vnxL", "INPUT")))
            .orElseThrow()
            .output();
    String rule =
        rules.lines().filter(line -> line.contains("DROP")).findFirst().orElseThrow().strip();
    return Long.parseLong(rule.substring(0, rule.indexOf(' ')));
  }

  @Override
  public void close() throws IOException {
    try {
      does("ip", "netns", "del", name);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
