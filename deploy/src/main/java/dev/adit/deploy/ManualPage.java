package dev.adit.deploy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A command's page of section 1, in the macros of man(7), from what the command says of itself: its
 * {@code --help} and its page cannot differ.
 */
final class ManualPage {
  private static final String EXIT_CODES = "Exit codes: ";

  private final CommandSpec command;
  private final ManualSource source;
  private final StringBuilder page = new StringBuilder();

  ManualPage(CommandSpec command, ManualSource source) {
    this.command = command;
    this.source = source;
  }

  /** {@code tunnel-server-rules-check.1}. */
  String fileName() {
    return name(command) + ".1";
  }

  private static String name(CommandSpec command) {
    return command.qualifiedName("-");
  }

  String toTroff() {
    String title = escaped(name(command).toUpperCase(Locale.ROOT));
    macro("TH", title, "1", source.date(), source.product(), "");
    // Words are not broken, for options would be; nor stretched.
    page.append(".nh\n.ad l\n");
    section("NAME");
    // A name has a full stop neither there nor in whatis.
    text(name(command) + " \\- " + escaped(description().replaceFirst("\\.$", "")));
    section("SYNOPSIS");
    synopsis();
    section("DESCRIPTION");
    text(escaped(description()));
    arguments();
    options();
    commands();
    footer();
    seeAlso();
    return page.toString();
  }

  private String description() {
    return plain(String.join(" ", command.usageMessage().description()));
  }

  private void synopsis() {
    String line = command.commandLine().getHelp().synopsis(0).strip().replaceAll("\\s+", " ");
    String called = command.qualifiedName(" ");
    page.append(".B ").append(escaped(called)).append('\n');
    text(escaped(plain(line).substring(called.length()).strip()));
  }

  private void arguments() {
    List<PositionalParamSpec> shown =
        command.positionalParameters().stream().filter(each -> !each.hidden()).toList();
    if (!shown.isEmpty()) {
      section("ARGUMENTS");
      shown.forEach(each -> entry("\\fI" + escaped(each.paramLabel()) + "\\fR", each));
    }
  }

  private void options() {
    List<OptionSpec> shown =
        command.options().stream()
            .filter(each -> !each.hidden())
            .sorted(Comparator.comparing(each -> each.longestName().replaceFirst("^-+", "")))
            .toList();
    if (!shown.isEmpty()) {
      section("OPTIONS");
      shown.forEach(each -> entry(heading(each), each));
    }
  }

  private static String heading(OptionSpec option) {
    String names =
        Arrays.stream(option.names())
            .map(name -> "\\fB" + escaped(name) + "\\fR")
            .collect(Collectors.joining(", "));
    if (option.arity().max() == 0) {
      return names;
    }
    String label = "\\fI" + escaped(option.paramLabel()) + "\\fR";
    return names + (option.arity().min() == 0 ? " [" + label + "]" : " " + label);
  }

  private void entry(String heading, ArgSpec argument) {
    page.append(".TP\n").append(heading).append('\n');
    text(escaped(plain(String.join(" ", argument.description()))));
  }

  private void commands() {
    List<CommandSpec> shown = subcommands();
    if (!shown.isEmpty()) {
      section("COMMANDS");
      for (CommandSpec each : shown) {
        page.append(".TP\n\\fB").append(escaped(each.name())).append("\\fR\n");
        text(escaped(plain(String.join(" ", each.usageMessage().description()))));
      }
    }
  }

  private List<CommandSpec> subcommands() {
    return distinct(command.subcommands().values()).stream()
        .map(CommandLine::getCommandSpec)
        .filter(each -> !each.usageMessage().hidden())
        .toList();
  }

  private static List<CommandLine> distinct(Collection<CommandLine> commands) {
    return commands.stream().distinct().toList();
  }

  /** Examples as they are typed, then what is said about them. */
  private void footer() {
    List<String> lines = Stream.of(command.usageMessage().footer()).map(ManualPage::plain).toList();
    List<String> examples =
        lines.stream().filter(line -> line.startsWith("  ")).map(String::strip).toList();
    if (!examples.isEmpty()) {
      section("EXAMPLES");
      page.append(".nf\n");
      examples.forEach(line -> page.append(".B ").append(escaped(line)).append('\n'));
      page.append(".fi\n");
    }
    List<String> said = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith(EXIT_CODES)) {
        section("EXIT STATUS");
        text(escaped(line.substring(EXIT_CODES.length())));
      } else if (!line.startsWith("  ") && !line.isBlank()) {
        said.add(line);
      }
    }
    if (!said.isEmpty()) {
      section("NOTES");
      said.forEach(line -> text(escaped(line)));
    }
  }

  private void seeAlso() {
    CommandSpec parent = command.parent();
    List<String> others =
        Stream.concat(
                parent == null ? Stream.of() : Stream.of(name(parent)),
                subcommands().stream()
                    .filter(each -> !each.name().equals("help"))
                    .map(ManualPage::name))
            .map(each -> "\\fB" + escaped(each) + "\\fR(1)")
            .toList();
    section("SEE ALSO");
    text(String.join(", ", others));
  }

  private void section(String title) {
    macro("SH", title);
  }

  private void macro(String name, String... arguments) {
    page.append('.').append(name);
    for (String argument : arguments) {
      page.append(" \"").append(argument).append('"');
    }
    page.append('\n');
  }

  private void text(String line) {
    page.append(line).append('\n');
  }

  /** Without marks for colours; what is indented is an example and stays as it is. */
  private static String plain(String marked) {
    String text = Ansi.OFF.string(String.format(marked));
    boolean isIndented = text.startsWith("  ");
    return isIndented ? text : text.strip().replaceAll("\\s+", " ");
  }

  /** What troff would take for itself: backslashes, and a stop or quote that begins a line. */
  private static String escaped(String text) {
    String safe = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq");
    return safe.startsWith(".") ? "\\&" + safe : safe;
  }
}
