package dev.adit.core.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code completion}: a script that makes bash and zsh complete our commands. */
@Command(
    name = "completion",
    description = "Print a completion script for bash and zsh.",
    mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
  private static final String FILES = "compgen -f ";

  private final Supplier<CommandLine> program;

  @Spec private @Nullable CommandSpec spec;

  /**
   * @param program makes all commands, described
   */
  CompletionCommand(Supplier<CommandLine> program) {
    this.program = program;
  }

  /**
   * Where a file is asked for and the script has none, zsh completes by itself, and puts a slash
   * behind a directory; behind what the script has, it would put a blank.
   */
  @Override
  public Integer call() {
    CommandLine all = program.get();
    String script = AutoComplete.bash(all.getCommandName(), all);
    Objects.requireNonNull(spec)
        .commandLine()
        .getOut()
        .println(script.replace(FILES, "[ -n \"$ZSH_VERSION\" ] || " + FILES));
    return 0;
  }
}
