package dev.adit.server.cli;

import dev.adit.core.cli.Commands;
import dev.adit.core.process.Build;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tunnel-server}: the root of all commands. */
@Command(
    name = "tunnel-server",
    description =
        "The public end of an Adit tunnel: takes calls, finds the agent that serves them.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  tunnel-server init adit --host tunnel.example.com",
      "  tunnel-server run -c server.yaml",
      "  tunnel-server check -c server.yaml",
      "  tunnel-server rules explain rules/ --host a.example --method shop.v1.Cart/Get",
      "  tunnel-server token new --agent shop-1 --group shop",
      "",
      "Exit codes: 0 good, 1 run-time failure, 2 wrong usage, 3 invalid configuration."
    })
public final class ServerCommand implements Runnable {
  /** This build of the program. */
  static final Build BUILD = Build.of("tunnel-server", ServerCommand.class);

  private static final Commands COMMANDS =
      new Commands(
          BUILD,
          ServerCommand::new,
          List.of("run", "init", "check", "rules", "token", "status"),
          ServerCommand::command);

  @Spec private @Nullable CommandSpec spec;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(COMMANDS.run(args));
  }

  /** The commands, ready to run, and to be described. */
  public static CommandLine commandLine() {
    return COMMANDS.all();
  }

  private static Object command(String name) {
    return switch (name) {
      case "run" -> new RunCommand();
      case "init" -> new InitCommand();
      case "check" -> new CheckCommand();
      case "rules" -> new RulesCommand();
      case "token" -> new TokenCommand();
      case "status" -> new StatusCommand();
      default -> throw new IllegalArgumentException(name);
    };
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "expected a command");
    }
  }
}
