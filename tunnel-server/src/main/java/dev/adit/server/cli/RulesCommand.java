package dev.adit.server.cli;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.cli.Commands;
import dev.adit.core.cli.JsonOutput;
import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.name.GroupName;
import dev.adit.server.admin.ExplainRequest;
import dev.adit.server.admin.RunningRules;
import dev.adit.server.cli.output.WarningTrees;
import dev.adit.server.rules.RuleFileReader;
import dev.adit.server.rules.RuleSet;
import dev.adit.server.rules.check.LintFinding;
import dev.adit.server.rules.check.RuleChanges;
import dev.adit.server.rules.check.RuleDigest;
import dev.adit.server.rules.check.RuleExplain;
import dev.adit.server.rules.check.RuleLint;
import dev.adit.server.rules.check.RuleTests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
      "  tunnel-server rules explain rules/ --host a.example --method shop.v1.Cart/Get",
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
      footerHeading = "%nExamples:%n",
      footer = {
        "  tunnel-server rules check rules/",
        "  tunnel-server rules check rules/ --server 127.0.0.1:8004"
      })
  int check(
      @Parameters(paramLabel = "DIR", description = "The directory of rule files.") Path directory,
      @Mixin RunningServer server,
      @Option(names = "--json", description = "Print the result as JSON.") boolean json)
      throws IOException {
    ConfigProblems problems = new ConfigProblems();
    @Nullable RuleSet rules = RuleFileReader.read(directory, problems);
    @Nullable RunningRules running = server.isGiven() ? server.rules() : null;
    List<LintFinding> findings = rules == null ? List.of() : RuleLint.lint(rules, group -> true);
    @Nullable RuleChanges changes =
        running == null || rules == null || !problems.isEmpty()
            ? null
            : RuleChanges.between(
                running.rules(), RuleDigest.of(rules.rules(), rules.groups().values()));
    if (json) {
      print(JsonOutput.json(tree(rules, problems, findings, running, changes)));
      return exitCode(problems);
    }
    problems.toList().forEach(problem -> complain(problem.toString()));
    findings.forEach(finding -> complain("warning: " + finding));
    if (problems.isEmpty() && rules != null) {
      print(directory + ": good; " + rules.extent());
    }
    if (changes != null && running != null && rules != null) {
      tellChanges(changes, running, rules, server.address());
    }
    return exitCode(problems);
  }

  private static int exitCode(ConfigProblems problems) {
    return problems.isEmpty() ? 0 : Commands.INVALID_CONFIGURATION;
  }

  private static Map<String, Object> tree(
      @Nullable RuleSet rules,
      ConfigProblems problems,
      List<LintFinding> findings,
      @Nullable RunningRules running,
      @Nullable RuleChanges changes) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("valid", problems.isEmpty());
    tree.put("hash", rules == null ? "" : rules.hash());
    tree.put("problems", JsonOutput.problems(problems.toList()));
    tree.put("warnings", WarningTrees.ofRules(findings));
    if (changes != null && running != null && rules != null) {
      tree.put("changes", changes);
      tree.put("notConnected", notConnected(rules, running));
    }
    return tree;
  }

  private void tellChanges(
      RuleChanges changes, RunningRules running, RuleSet rules, String address) {
    if (!running.version().equals(ServerCommand.BUILD.version())) {
      complain(
          "warning: "
              + address
              + " runs version "
              + running.version()
              + ", this is "
              + ServerCommand.BUILD.version()
              + ": rules may be shown as changed that are not");
    }
    for (String group : notConnected(rules, running)) {
      complain("warning: no agent of group '" + group + "' is connected to " + address + " now");
    }
    print(
        changes.isEmpty()
            ? address + " runs these rules already"
            : "on " + address + " this would change:\n" + changes.toText().stripTrailing());
  }

  private static List<String> notConnected(RuleSet rules, RunningRules running) {
    return rules.rules().stream()
        .flatMap(rule -> rule.groups().stream())
        .filter(group -> !running.isConnected(group))
        .map(GroupName::value)
        .distinct()
        .sorted()
        .toList();
  }

  @Command(
      name = "explain",
      description = "Say which rule takes a call, and for every other rule why it does not.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  tunnel-server rules explain rules/ --host a.example --method shop.v1.Cart/Get",
        "  tunnel-server rules explain rules/ --host a.example --path /static/a.css",
        "  tunnel-server rules explain rules/ --host a.example --path / -H x-tenant=acme",
        "  tunnel-server rules explain --server 127.0.0.1:8004 --host a.example --path /"
      })
  int explain(
      @Parameters(
              paramLabel = "DIR",
              arity = "0..1",
              description = "The directory of rule files; not read with --server.")
          @Nullable Path directory,
      @Mixin RunningServer server,
      @Option(
              names = "--host",
              paramLabel = "HOST",
              required = true,
              description = "The host called.")
          String host,
      @Option(
              names = "--method",
              paramLabel = "SERVICE/METHOD",
              description = "The gRPC method called.")
          @Nullable String method,
      @Option(
              names = "--path",
              paramLabel = "PATH",
              description = "The path of a plain HTTP call instead.")
          @Nullable String path,
      @Option(
              names = {"-H", "--header"},
              paramLabel = "NAME=VALUE",
              description = "A header of the call; may be given several times.")
          @Nullable List<String> headers,
      @Option(names = "--json", description = "Print the result as JSON.") boolean json)
      throws ConfigException, IOException {
    ExplainRequest request =
        new ExplainRequest(host, method, path, headers == null ? List.of() : headers);
    CallHeaders call = call(request);
    if (server.isGiven()) {
      print(server.explain(request, json).stripTrailing());
      return 0;
    }
    if (directory == null) {
      throw Commands.wrong(Objects.requireNonNull(spec), "expected DIR, or --server ADDR");
    }
    RuleSet rules = RuleFileReader.read(directory);
    RuleExplain explained = RuleExplain.of(rules.toTable(null), call);
    print(json ? JsonOutput.json(explained.toTree()) : explained.toText().stripTrailing());
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
    print(json ? JsonOutput.json(tests.toTree()) : tests.toText().stripTrailing());
    return tests.passed() ? 0 : Commands.FAILED;
  }

  private CallHeaders call(ExplainRequest request) {
    try {
      return request.toCall();
    } catch (IllegalArgumentException e) {
      throw Commands.wrong(Objects.requireNonNull(spec), String.valueOf(e.getMessage()));
    }
  }

  private void print(String text) {
    Objects.requireNonNull(spec).commandLine().getOut().println(text);
  }

  private void complain(String text) {
    Objects.requireNonNull(spec).commandLine().getErr().println(text);
  }
}
