package dev.adit.agent.cli;

import dev.adit.core.config.ConfigException;
import dev.adit.core.process.FileFailure;
import dev.adit.core.process.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code tunnel-agent}: the root of all commands. */
@Command(
    name = "tunnel-agent",
    description = "The private end of an Adit tunnel: dials the server, hands calls to backends.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.Provider.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RunCommand.class,
      ExposeCommand.class,
      CheckCommand.class,
      StatusCommand.class,
      DoctorCommand.class,
      VersionCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tunnel-agent run -c agent.yaml",
      "  tunnel-agent check -c agent.yaml",
      "  tunnel-agent doctor -c agent.yaml",
      "",
      "Exit codes: 0 good, 1 run-time failure, 2 wrong usage, 3 invalid configuration."
    })
public final class AgentCommand implements Runnable {

  /** The exit code for a failure while running. */
  static final int FAILED = 1;

  /** The exit code for a configuration that cannot be used. */
  static final int INVALID_CONFIGURATION = 3;

  @Spec private @Nullable CommandSpec spec;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The commands, ready to run, and to be described. */
  public static CommandLine commandLine() {
    CommandLine commands = new CommandLine(new AgentCommand());
    commands.getSubcommands().values().stream()
        .filter(each -> each.getCommand() instanceof HelpCommand)
        .map(each -> each.getCommandSpec().usageMessage())
        .forEach(help -> help.footerHeading("%nExample:%n").footer("  tunnel-agent help run"));
    Ansi ansi = Terminal.takesColours() ? Ansi.ON : Ansi.OFF;
    commands.setColorScheme(CommandLine.Help.defaultColorScheme(ansi));
    commands.setParameterExceptionHandler((wrong, args) -> misused(wrong));
    commands.setExecutionExceptionHandler(
        (exception, command, result) -> report(exception, command.getErr()));
    return commands;
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "expected a command");
    }
  }

  /** Goes to standard error, which may be no terminal where standard output is one. */
  private static int misused(ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(wrong.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(wrong, err)) {
      command.usage(err, Ansi.OFF);
    }
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static int report(Exception exception, PrintWriter err) throws Exception {
    if (exception instanceof ConfigException) {
      err.println(exception.getMessage());
      return INVALID_CONFIGURATION;
    }
    if (exception instanceof IOException failure) {
      err.println("error: " + FileFailure.text(failure));
      return FAILED;
    }
    throw exception;
  }
}
