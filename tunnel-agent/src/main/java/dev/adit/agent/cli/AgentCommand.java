package dev.adit.agent.cli;

import dev.adit.core.cli.Commands;
import dev.adit.core.process.Build;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tunnel-agent}: the root of all commands. */
@Command(
    name = "tunnel-agent",
    description = "The private end of an Adit tunnel: dials the server, hands calls to backends.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  tunnel-agent run -c agent.yaml",
      "  tunnel-agent check -c agent.yaml",
      "  tunnel-agent doctor -c agent.yaml",
      "",
      "Exit codes: 0 good, 1 run-time failure, 2 wrong usage, 3 invalid configuration."
    })
public final class AgentCommand implements Runnable {
  /** This build of the program; the other one has more libraries. */
  static final Build BUILD =
      Build.of("tunnel-agent", AgentCommand.class, "nimbus-jose-jwt", "prometheus-metrics");

  private static final Commands COMMANDS =
      new Commands(
          BUILD,
          AgentCommand::new,
          List.of("run", "expose", "check", "status", "doctor"),
          AgentCommand::command);

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
      case "expose" -> new ExposeCommand();
      case "check" -> new CheckCommand();
      case "status" -> new StatusCommand();
      case "doctor" -> new DoctorCommand();
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
