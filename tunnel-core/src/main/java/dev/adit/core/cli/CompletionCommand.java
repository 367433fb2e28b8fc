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
  private final Supplier<CommandLine> program;

  @Spec private @Nullable CommandSpec spec;

  /**
   * @param program makes all commands, described
   */
  CompletionCommand(Supplier<CommandLine> program) {
    this.program = program;
  }

  @Override
  public Integer call() {
    CommandLine all = program.get();
    Objects.requireNonNull(spec)
        .commandLine()
        .getOut()
        .println(AutoComplete.bash(all.getCommandName(), all));
    return 0;
  }
}
