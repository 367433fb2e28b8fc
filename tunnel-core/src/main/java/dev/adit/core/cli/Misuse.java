package dev.adit.core.cli;

import dev.adit.core.config.yaml.Suggestion;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/**
 * How wrong usage is told: in one line what is wrong, in another where to read on. A word that is
 * not known comes first, since what seems to be missing may be what it was meant to be.
 */
final class Misuse {
  /** Of an option: those that are shorter are near to each other in any case. */
  private static final int SHORTEST_GUESSED = 4;

  private Misuse() {}

  /**
   * Tells it on standard error, which may be no terminal where standard output is one.
   *
   * @return the exit code
   */
  static int tell(ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    for (CommandLine each : path(command)) {
      List<String> unknown = each.getUnmatchedArguments();
      if (!unknown.isEmpty()) {
        err.println(text(each, unknown.get(0), wrong));
        seeHelp(each, err);
        return command.getCommandSpec().exitCodeOnInvalidInput();
      }
    }
    err.println(wrong.getMessage());
    if (command.getSubcommands().isEmpty()) {
      seeHelp(command, err);
    } else {
      // What is missing is a command: here they are.
      command.usage(err, Ansi.OFF);
    }
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  /** From the program itself to a command of it. */
  private static Collection<CommandLine> path(CommandLine command) {
    Deque<CommandLine> path = new ArrayDeque<>();
    for (@Nullable CommandLine each = command; each != null; each = each.getParent()) {
      path.addFirst(each);
    }
    return path;
  }

  private static void seeHelp(CommandLine command, PrintWriter err) {
    err.println("see: " + command.getCommandSpec().qualifiedName() + " --help");
  }

  private static String text(CommandLine command, String word, ParameterException wrong) {
    if (word.startsWith("-")) {
      return option(command, word.replaceFirst("=.*", ""));
    }
    if (!command.getSubcommands().isEmpty()) {
      return unknownCommand(command, word);
    }
    String more =
        wrong instanceof MissingParameterException
            ? "; " + beginningSmall(String.valueOf(wrong.getMessage()))
            : "";
    return "unexpected word '" + word + "'" + more;
  }

  private static String option(CommandLine command, String word) {
    String text = "unknown option '" + word + "'";
    boolean known =
        command.getSubcommands().values().stream()
            .anyMatch(each -> each.getCommandSpec().findOption(word) != null);
    if (known) {
      return text + "; expected it after the command that it is for";
    }
    List<String> names = new ArrayList<>();
    command.getCommandSpec().options().forEach(each -> names.addAll(List.of(each.names())));
    return text + (word.length() < SHORTEST_GUESSED ? "" : guess(names, word));
  }

  /** What is said of a word in the place of a command. */
  static String unknownCommand(CommandLine command, String word) {
    return "there is no command '" + word + "'" + guess(command.getSubcommands().keySet(), word);
  }

  private static String guess(Collection<String> known, String word) {
    @Nullable String meant = Suggestion.among(known, word);
    return meant == null ? "" : "; did you mean " + meant + "?";
  }

  private static String beginningSmall(String text) {
    return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
  }
}
