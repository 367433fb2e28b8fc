package dev.adit.core.cli;

import dev.adit.core.config.ConfigException;
import dev.adit.core.process.Build;
import dev.adit.core.process.FileFailure;
import dev.adit.core.process.Terminal;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/**
 * The commands of a program under its own name, and how all of them tell of mistakes and failures.
 * Any thread.
 *
 * @param build which build of the program this is
 * @param root makes the program itself
 * @param names of its own commands, in the order of its help
 * @param command makes the one of a name
 */
public record Commands(
    Build build, Supplier<Object> root, List<String> names, Function<String, Object> command) {

  /** The exit code for a failure while running. */
  public static final int FAILED = 1;

  /** The exit code for a configuration that cannot be used. */
  public static final int INVALID_CONFIGURATION = 3;

  /** What they print is not what they are for. */
  private static final Set<String> SERVING = Set.of("run", "expose");

  private static final String VERSION = "version";
  private static final String COMPLETION = "completion";

  private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

  public Commands {
    names = Stream.concat(names.stream(), Stream.of(VERSION, COMPLETION)).toList();
  }

  /** All of them, ready to run, and to be described. */
  public CommandLine all() {
    CommandLine program = commandLine(names);
    CommandLine help = withExamples(new HelpCommand(), build.program() + " help run");
    tellVersion(help);
    program.addSubcommand(help);
    return program;
  }

  private static CommandLine withExamples(Object command, String... examples) {
    CommandLine made = new CommandLine(command);
    made.getCommandSpec()
        .usageMessage()
        .footerHeading(examples.length == 1 ? "%nExample:%n" : "%nExamples:%n")
        .footer(Stream.of(examples).map(each -> "  " + each).toArray(String[]::new));
    return made;
  }

  private Object make(String name) {
    String itself = build.program() + " " + name;
    return switch (name) {
      case VERSION -> withExamples(new VersionCommand(build), itself, itself + " --json");
      case COMPLETION -> withExamples(new CompletionCommand(this::all), "source <(" + itself + ")");
      default -> command.apply(name);
    };
  }

  /**
   * Runs a command.
   *
   * @return the exit code
   */
  public int run(String[] args) {
    // To look at all commands takes longer than most of them do.
    boolean named = args.length > 0 && names.contains(args[0]);
    CommandLine program = named ? commandLine(List.of(args[0])) : all();
    // Unlike picocli's own, it knows when nothing can be written any more.
    program.setOut(new PrintWriter(System.out, true, charset()));
    int code = program.execute(args);
    boolean serves = named && SERVING.contains(args[0]);
    return code == 0 && !serves && isLost(System.out) ? FAILED : code;
  }

  private void tellVersion(CommandLine command) {
    command.getCommandSpec().versionProvider(() -> build.lines().toArray(String[]::new));
    command.getSubcommands().values().forEach(this::tellVersion);
  }

  private static Charset charset() {
    String name = System.getProperty("stdout.encoding", System.getProperty("sun.stdout.encoding"));
    return name == null ? Charset.defaultCharset() : Charset.forName(name);
  }

  /** Whether a result could not be written; who reads only the beginning of it wants no more. */
  private static boolean isLost(PrintStream out) {
    if (!out.checkError() || isPipe(STANDARD_OUTPUT)) {
      return false;
    }
    System.err.println("error: standard output cannot be written");
    return true;
  }

  private static boolean isPipe(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("pipe:");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private CommandLine commandLine(List<String> chosen) {
    CommandLine program = new CommandLine(root.get());
    chosen.forEach(name -> program.addSubcommand(name, make(name)));
    tellVersion(program);
    program.setCaseInsensitiveEnumValuesAllowed(true);
    program.registerConverter(Path.class, Commands::path);
    Ansi ansi = Terminal.takesColours() ? Ansi.ON : Ansi.OFF;
    program.setColorScheme(CommandLine.Help.defaultColorScheme(ansi));
    program.setParameterExceptionHandler((wrong, args) -> Misuse.tell(wrong));
    program.setExecutionExceptionHandler(
        (exception, failed, result) -> report(exception, failed.getErr()));
    return program;
  }

  /** An empty one, as of a variable that is not set, would be the directory that one is in. */
  private static Path path(String text) {
    if (text.isEmpty()) {
      throw new TypeConversionException("expected a path, found empty text");
    }
    return Path.of(text);
  }

  /**
   * Wrong usage of a command within another.
   *
   * @param group the other
   */
  public static ParameterException wrong(CommandSpec group, String message) {
    ParseResult named = group.commandLine().getParseResult().subcommand();
    CommandSpec used = named == null ? group : named.commandSpec();
    return new ParameterException(used.commandLine(), message);
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
