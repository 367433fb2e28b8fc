package dev.adit.server.cli;

import dev.adit.core.process.Libraries;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code version}: which build this is, and of what. */
@Command(
    name = "version",
    description = "Print the version, and the versions of the libraries inside.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExample:%n",
    footer = "  tunnel-server version")
final class VersionCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  /** The version as the jar's manifest has it, then those of what is inside. */
  static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return Stream.concat(
              Stream.of("tunnel-server " + version()), Libraries.lines(List.of()).stream())
          .toArray(String[]::new);
    }
  }

  /** The version alone. */
  static String version() {
    @Nullable String version = ServerCommand.class.getPackage().getImplementationVersion();
    return version == null ? "(development)" : version;
  }

  @Override
  public Integer call() {
    if (spec != null) {
      PrintWriter out = spec.commandLine().getOut();
      Stream.of(new Provider().getVersion()).forEach(out::println);
    }
    return 0;
  }
}
