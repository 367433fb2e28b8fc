package dev.adit.server.cli;

import dev.adit.core.cli.Commands;
import dev.adit.core.cli.JsonOutput;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.config.SecretRef;
import dev.adit.core.name.GroupName;
import dev.adit.core.status.Sheet;
import dev.adit.core.tls.CertificateStatus;
import dev.adit.server.cli.output.WarningTrees;
import dev.adit.server.config.ServerConfig;
import dev.adit.server.config.ServerConfigReader;
import dev.adit.server.config.TlsConfig;
import dev.adit.server.config.agents.AgentIdentity;
import dev.adit.server.config.agents.AgentsFile;
import dev.adit.server.config.agents.AgentsSource;
import dev.adit.server.rules.RuleFileReader;
import dev.adit.server.rules.RuleSet;
import dev.adit.server.rules.check.LintFinding;
import dev.adit.server.rules.check.RuleLint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code check}: validates a server's file and everything it names. */
@Command(
    name = "check",
    description = "Validate a server's configuration, its agents and its rules; start nothing.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  tunnel-server check -c server.yaml",
      "  tunnel-server check -c server.yaml --json"
    })
final class CheckCommand implements Callable<Integer> {

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      required = true,
      description = "The server's configuration, usually server.yaml.")
  private Path file = Path.of("server.yaml");

  @Option(names = "--json", description = "Print the result as JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    ConfigProblems problems = new ConfigProblems();
    @Nullable ServerConfig config = ServerConfigReader.read(file, System.getenv(), problems);
    if (config != null) {
      SecretRef.check(config.admin().token(), "admin.token", problems);
      CertificateStatus.warnings(config.certificates(), Instant.now()).forEach(problems::warn);
    }
    List<AgentIdentity> agents = config == null ? List.of() : agents(config, problems);
    boolean allRead = problems.isEmpty();
    if (config != null) {
      warnOfCertificates(config, agents, problems);
    }
    @Nullable RuleSet rules =
        config == null || !Files.isDirectory(config.rulesDirectory())
            ? null
            : RuleFileReader.read(config.rulesDirectory(), problems);
    Set<GroupName> served = new HashSet<>();
    agents.forEach(agent -> served.addAll(agent.groups()));
    // Who may serve what is not known of agents that could not be read.
    List<LintFinding> findings =
        rules == null
            ? List.of()
            : RuleLint.lint(rules, group -> !allRead || served.contains(group));
    if (json) {
      print(JsonOutput.json(tree(problems, findings)));
    } else {
      text(problems, findings, agents, rules);
    }
    return problems.isEmpty() ? 0 : Commands.INVALID_CONFIGURATION;
  }

  private static List<AgentIdentity> agents(ServerConfig config, ConfigProblems problems) {
    AgentsSource source = config.agents();
    if (source instanceof AgentsSource.Inline inline) {
      return inline.identities();
    }
    Path path = ((AgentsSource.FromFile) source).path();
    return Files.isRegularFile(path) ? AgentsFile.read(path, problems) : List.of();
  }

  /** Nobody can prove to be the agent of such a line. */
  private static void warnOfCertificates(
      ServerConfig config, List<AgentIdentity> agents, ConfigProblems problems) {
    @Nullable TlsConfig tls = config.tunnel().tls();
    if (tls != null && tls.clientCa() != null) {
      return;
    }
    for (AgentIdentity agent : agents) {
      if (agent.certificateSan() != null) {
        problems.warn(
            "agents: agent "
                + agent.id()
                + " is to prove itself by a certificate, and no agent is asked for one; set"
                + " tunnel.tls.clientCa");
      }
    }
  }

  private void text(
      ConfigProblems problems,
      List<LintFinding> findings,
      List<AgentIdentity> agents,
      @Nullable RuleSet rules) {
    problems.toList().forEach(problem -> complain(problem.toString()));
    problems.warnings().forEach(warning -> complain("warning: " + warning));
    findings.forEach(finding -> complain("warning: " + finding));
    if (problems.isEmpty() && rules != null) {
      print(
          file
              + ": good; "
              + rules.extent()
              + ", "
              + Sheet.count(agents.size(), "line of agents", "lines of agents"));
    }
  }

  private static Map<String, Object> tree(ConfigProblems problems, List<LintFinding> findings) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("valid", problems.isEmpty());
    tree.put("problems", JsonOutput.problems(problems.toList()));
    tree.put("warnings", WarningTrees.of(findings, problems.warnings()));
    return tree;
  }

  private void print(String line) {
    if (spec != null) {
      spec.commandLine().getOut().println(line);
    }
  }

  private void complain(String line) {
    if (spec != null) {
      spec.commandLine().getErr().println(line);
    }
  }
}
