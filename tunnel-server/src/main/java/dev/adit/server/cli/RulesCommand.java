package dev.adit.server.cli;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.match.MatchReader;
import dev.adit.server.rules.RuleFileReader;
import dev.adit.server.rules.RuleSet;
import dev.adit.server.rules.TestCaseReader;
import dev.adit.server.rules.check.LintFinding;
import dev.adit.server.rules.check.RuleExplain;
import dev.adit.server.rules.check.RuleLint;
import dev.adit.server.rules.check.RuleTests;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rules}: answers about a directory of rule files. */
@Command(
    name = "rules",
    description = "Check, explain and test rule files.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  tunnel-server rules check rules/",
      "  tunnel-server rules explain rules/ --host api.example.com --method shop.v1.Orders/Get",
      "  tunnel-server rules test rules/"
    })
final class RulesCommand implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "expected check, explain or test");
  }

  @Command(
      name = "check",
      description = "Validate all rule files of a directory and point out what is odd in them.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExample:%n",
      footer = "  tunnel-server rules check rules/")
  int check(
      @Parameters(paramLabel = "DIR", description = "The directory of rule files.") Path directory,
      @Option(names = "--json", description = "Print the result as JSON.") boolean json) {
    ConfigProblems problems = new ConfigProblems();
    @Nullable RuleSet rules = RuleFileReader.read(directory, problems);
    List<LintFinding> findings = rules == null ? List.of() : RuleLint.lint(rules, group -> true);
    if (json) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("valid", problems.isEmpty());
      tree.put("hash", rules == null ? "" : rules.hash());
      tree.put("problems", Output.problems(problems.toList()));
      tree.put("warnings", Output.findings(findings));
      print(Output.json(tree));
    } else {
      problems.toList().forEach(problem -> complain(problem.toString()));
      findings.forEach(finding -> complain("warning: " + finding));
      if (problems.isEmpty() && rules != null) {
        print(
            directory
                + ": good; "
                + rules.rules().size()
                + " rules in "
                + rules.files()
                + " files");
      }
    }
    return problems.isEmpty() ? 0 : ServerCommand.INVALID_CONFIGURATION;
  }

  @Command(
      name = "explain",
      description = "Say which rule takes a call, and for every other rule why it does not.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  tunnel-server rules explain rules/ --host api.example.com --method shop.v1.Orders/Get",
        "  tunnel-server rules explain rules/ --host api.example.com --path /static/a.css",
        "  tunnel-server rules explain rules/ --host a.example --method s.S/M -H x-tenant=acme"
      })
  int explain(
      @Parameters(paramLabel = "DIR", description = "The directory of rule files.") Path directory,
      @Option(names = "--host", required = true, description = "The host called.") String host,
      @Option(
              names = "--method",
              paramLabel = "SERVICE/METHOD",
              description = "The gRPC method called.")
          @Nullable String method,
      @Option(names = "--path", description = "The path of a plain HTTP call instead.")
          @Nullable String path,
      @Option(
              names = {"-H", "--header"},
              paramLabel = "NAME=VALUE",
              description = "A header of the call; may be given several times.")
          @Nullable List<String> headers,
      @Option(names = "--json", description = "Print the result as JSON.") boolean json)
      throws ConfigException {
    CallHeaders call = call(host, method, path, headers == null ? List.of() : headers);
    RuleSet rules = RuleFileReader.read(directory);
    RuleExplain explained = RuleExplain.of(rules.toTable(null), call);
    print(json ? Output.json(explained.toTree()) : explained.toText().stripTrailing());
    return 0;
  }

  @Command(
      name = "test",
      description = "Run the tests written in the rule files; exit 1 if one fails.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExample:%n",
      footer = "  tunnel-server rules test rules/")
  int test(
      @Parameters(paramLabel = "DIR", description = "The directory of rule files.") Path directory,
      @Option(names = "--json", description = "Print the result as JSON.") boolean json)
      throws ConfigException {
    RuleTests tests = RuleTests.run(RuleFileReader.read(directory));
    print(json ? Output.json(tests.toTree()) : tests.toText().stripTrailing());
    return tests.passed() ? 0 : ServerCommand.FAILED;
  }

  private CallHeaders call(
      String host, @Nullable String method, @Nullable String path, List<String> headers) {
    try {
      HeaderFields fields = new HeaderFields();
      headers.forEach(header -> add(fields, header));
      if (method != null && path == null) {
        return TestCaseReader.grpcCall(host, method, fields);
      }
      if (path != null && method == null) {
        return TestCaseReader.httpCall(host, path, fields);
      }
      throw new IllegalArgumentException("expected exactly one of --method and --path");
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), Objects.requireNonNull(e.getMessage()));
    }
  }

  private static void add(HeaderFields fields, String header) {
    int equals = header.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("expected NAME=VALUE, found '" + header + "'");
    }
    AsciiString name = MatchReader.headerName(header.substring(0, equals));
    byte[] value = header.substring(equals + 1).getBytes(StandardCharsets.UTF_8);
    fields.add(name, new AsciiString(value, false));
  }

  private void print(String text) {
    Objects.requireNonNull(spec).commandLine().getOut().println(text);
  }

  private void complain(String text) {
    Objects.requireNonNull(spec).commandLine().getErr().println(text);
  }
}
