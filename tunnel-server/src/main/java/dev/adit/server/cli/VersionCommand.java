package dev.adit.server.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code version}: which build this is. */
@Command(
    name = "version",
    description = "Print the version.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExample:%n",
    footer = "  tunnel-server version")
final class VersionCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  /** The version as the jar's manifest has it. */
  static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"tunnel-server " + version()};
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
      spec.commandLine().getOut().println(new Provider().getVersion()[0]);
    }
    return 0;
  }
}
