package dev.adit.deploy;

import dev.adit.agent.cli.AgentCommand;
import dev.adit.server.cli.ServerCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Writes a manual page for each command, and the completion of each program for bash and zsh. */
public final class CommandFiles {
  private CommandFiles() {}

  /**
   * Writes below a directory {@code man/}, {@code completions/bash/} and {@code completions/zsh/}.
   *
   * @param arguments the directory; another for {@link DebianDocs}; the version; the time of the
   *     build, ISO 8601
   */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    DebianDocs debian = new DebianDocs(Path.of(arguments[1]));
    String version = arguments[2];
    String time = arguments[3];
    ManualSource source = new ManualSource("Adit " + version, time.substring(0, 10));
    for (CommandLine commands : List.of(ServerCommand.commandLine(), AgentCommand.commandLine())) {
      commands.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
      String name = commands.getCommandName();
      for (CommandLine command : withSubcommands(commands)) {
        ManualPage page = new ManualPage(command.getCommandSpec(), source);
        write(directory.resolve("man").resolve(page.fileName()), page.toTroff());
        debian.writeManual(name, page.fileName(), page.toTroff());
      }
      debian.writeChangelog(name, version, time);
      writeCompletions(directory.resolve("completions"), commands);
    }
  }

  private static List<CommandLine> withSubcommands(CommandLine command) {
    return Stream.concat(
            Stream.of(command),
            command.getSubcommands().values().stream()
                .filter(each -> !each.getCommandName().equals("help"))
                .flatMap(each -> withSubcommands(each).stream()))
        .toList();
  }

  /**
   * The script that the program itself prints serves both shells; zsh finds it by its first line.
   * What zsh loads so it reads without aliases, so that one for {@code compopt}, which it has not,
   * would only make the script believe that there is one.
   */
  private static void writeCompletions(Path directory, CommandLine commands) throws IOException {
    String name = commands.getCommandName();
    StringWriter script = new StringWriter();
    commands.setOut(new PrintWriter(script));
    int exitCode = commands.execute("completion");
    if (exitCode != 0) {
      throw new IOException(name + " completion ended with " + exitCode);
    }
    // It is read by a shell, and run by nobody.
    String functions = script.toString().replaceFirst("^#!.*\n", "");
    write(directory.resolve("bash").resolve(name), functions);
    write(
        directory.resolve("zsh").resolve("_" + name),
        "#compdef "
            + name
            + "\n"
            + functions.replace("  alias compopt=complete\n", "")
            + "\n# The first time this file itself is what was asked to complete.\n"
            + "_bash_complete -o default -F _complete_"
            + name
            + "\n");
  }

  private static void write(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
