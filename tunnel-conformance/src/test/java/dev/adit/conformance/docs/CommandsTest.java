package dev.adit.conformance.docs;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.cli.AgentCommand;
import dev.adit.server.cli.ServerCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code docs/commands.md} has every command and option there is, in the words of their help. */
final class CommandsTest {
  private static final Document DOCUMENT = Document.named("docs/commands.md");
  private static final Pattern SECTION = Pattern.compile("(?ms)^### (.+?)$(.*?)(?=^##|\\z)");

  /** A command that can be run, or that has others under it. */
  record Shown(CommandLine command) {
    String name() {
      return command.getCommandSpec().qualifiedName();
    }

    @Override
    public String toString() {
      return name();
    }
  }

  static Stream<Shown> all() {
    return Stream.of(ServerCommand.commandLine(), AgentCommand.commandLine())
        .flatMap(CommandsTest::withSubcommands)
        .map(Shown::new);
  }

  private static Stream<CommandLine> withSubcommands(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().flatMap(CommandsTest::withSubcommands));
  }

  /** The two programs have chapters, and {@code help} is told in the words before them. */
  static Stream<Shown> documented() {
    return all().filter(shown -> shown.name().contains(" ") && !shown.name().endsWith(" help"));
  }

  @ParameterizedTest
  @MethodSource("documented")
  void commandIsDescribed(Shown shown) {
    CommandSpec spec = shown.command.getCommandSpec();
    String section = section(shown.name());
    assertTrue(section.strip().startsWith(words(spec.usageMessage().description())), section);
    if (!shown.command.getSubcommands().isEmpty()) {
      return;
    }
    assertEquals(
        examples(spec),
        DOCUMENT.blocks().stream()
            .filter(block -> section.contains("```\n" + block.body() + "```"))
            .flatMap(block -> block.body().lines())
            .map(String::strip)
            .toList());
    List<List<String>> rows = new ArrayList<>();
    spec.positionalParameters().forEach(each -> rows.add(row(each)));
    spec.options().stream()
        .filter(each -> !each.usageHelp() && !each.versionHelp())
        .forEach(each -> rows.add(row(each)));
    assertEquals(rows, section.contains("|---|") ? DOCUMENT.table(shown.name()) : List.of());
  }

  /** One that is broken within a word cannot be copied. */
  @ParameterizedTest
  @MethodSource("all")
  void examplesFitATerminalOf80Columns(Shown shown) {
    List<String> shownLines = shown.command.getUsageMessage(Ansi.OFF).lines().toList();
    Arrays.stream(shown.command.getCommandSpec().usageMessage().footer())
        .filter(line -> line.startsWith("  "))
        .forEach(line -> assertTrue(shownLines.contains(line), line));
  }

  @Test
  void nothingElseIsDescribed() {
    List<String> headings = new ArrayList<>();
    Matcher matcher = SECTION.matcher(DOCUMENT.text());
    while (matcher.find()) {
      headings.add(matcher.group(1));
    }
    assertEquals(documented().map(Shown::name).toList(), headings);
  }

  private static String section(String name) {
    Matcher matcher = SECTION.matcher(DOCUMENT.text());
    while (matcher.find()) {
      if (matcher.group(1).equals(name)) {
        return matcher.group(2);
      }
    }
    throw new AssertionError(DOCUMENT + " has no heading " + name);
  }

  private static List<String> row(PositionalParamSpec parameter) {
    return List.of(parameter.paramLabel(), words(parameter.description()));
  }

  private static List<String> row(OptionSpec option) {
    String names =
        Arrays.stream(option.names())
            .map(name -> name + (name.equals(option.longestName()) ? value(option) : ""))
            .collect(Collectors.joining(", "));
    boolean needed = option.required() && option.group() == null;
    return List.of(names, words(option.description()) + (needed ? " Must be given." : ""));
  }

  private static String value(OptionSpec option) {
    return option.arity().max() == 0 ? "" : " " + option.paramLabel();
  }

  private static String words(String[] lines) {
    return String.join(" ", lines);
  }

  private static List<String> examples(CommandSpec spec) {
    return Arrays.stream(spec.usageMessage().footer())
        .filter(line -> line.startsWith("  "))
        .map(String::strip)
        .toList();
  }

  /** Of ours, as they stand in blocks of any document: with what a shell takes of it left out. */
  static Stream<String> commandsInDocuments() {
    return Document.all().stream()
        .flatMap(document -> document.blocks().stream())
        .filter(block -> !block.words().startsWith("yaml") && !block.words().equals("output"))
        .flatMap(block -> block.body().replace("\\\n", " ").lines())
        .map(line -> line.replaceFirst("^\\$ ", ""))
        .filter(line -> line.matches("tunnel-(server|agent) .*"))
        .map(line -> line.replaceFirst(" +[#|>].*", ""))
        .map(line -> line.replaceAll("\\[.*?]|\\.\\.\\.", ""))
        .distinct();
  }

  @ParameterizedTest
  @MethodSource("commandsInDocuments")
  void commandInADocumentIsTaken(String command) {
    String[] words = command.replace("'", "").strip().split(" +", -1);
    String[] arguments = Arrays.copyOfRange(words, 1, words.length);
    assertDoesNotThrow(() -> program(words[0]).parseArgs(arguments), command);
  }

  private static CommandLine program(String name) {
    return name.equals("tunnel-server") ? ServerCommand.commandLine() : AgentCommand.commandLine();
  }

  @ParameterizedTest
  @MethodSource("all")
  void helpHasExamplesThatAreTaken(Shown shown) {
    List<String> lines = examples(shown.command.getCommandSpec());
    assertFalse(lines.isEmpty());
    for (String example : String.join("\n", lines).replace("\\\n", "").split("\n", -1)) {
      String program = shown.name().split(" ", 2)[0];
      Matcher typed = Pattern.compile(".*?" + program + " (.*?)\\)?").matcher(example);
      assertTrue(typed.matches(), example);
      String[] words = typed.group(1).replace("'", "").split(" +", -1);
      assertDoesNotThrow(() -> program(program).parseArgs(words), example);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void optionsNameTheFileOfASecretAndNotTheSecret(Shown shown) {
    for (OptionSpec option : shown.command.getCommandSpec().options()) {
      if (option.longestName().matches(".*(token|secret|password|key).*")) {
        assertTrue(option.longestName().endsWith("-file"), option.longestName());
      }
      boolean labelled = option.arity().max() == 0 || !option.paramLabel().startsWith("<");
      assertTrue(labelled, option.longestName() + " has no label");
    }
  }
}
