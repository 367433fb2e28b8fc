package dev.adit.server.cli;

import dev.adit.core.process.Build;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code version}: which build this is, and of what. */
@Command(
    name = "version",
    description = "Print the version, and the versions of the libraries inside.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  tunnel-server version", "  tunnel-server version --json"})
final class VersionCommand implements Callable<Integer> {
  private static final Build BUILD = Build.of("tunnel-server", ServerCommand.class);

  @Option(names = "--json", description = "Print them as JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  /** The version as the jar's manifest has it, then those of what is inside. */
  static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return BUILD.lines().toArray(String[]::new);
    }
  }

  /** The version alone. */
  static String version() {
    return BUILD.version();
  }

  @Override
  public Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (json) {
      out.println(BUILD.json());
    } else {
      BUILD.lines().forEach(out::println);
    }
    return 0;
  }
}
