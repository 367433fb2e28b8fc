package dev.adit.core.cli;

import dev.adit.core.process.Build;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code version}: which build this is, and of what. */
@Command(
    name = "version",
    description = "Print the version, and the versions of the libraries inside.",
    mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {
  private final Build build;

  @Option(names = "--json", description = "Print them as JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  VersionCommand(Build build) {
    this.build = build;
  }

  @Override
  public Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (json) {
      out.println(build.json());
    } else {
      build.lines().forEach(out::println);
    }
    return 0;
  }
}
