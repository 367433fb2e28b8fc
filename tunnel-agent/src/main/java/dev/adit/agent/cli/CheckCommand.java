package dev.adit.agent.cli;

import dev.adit.agent.config.AgentConfig;
import dev.adit.agent.config.AgentConfigReader;
import dev.adit.core.cli.Commands;
import dev.adit.core.cli.JsonOutput;
import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.config.SecretRef;
import dev.adit.core.tls.CertificateStatus;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code check}: validates an agent's file and everything it names. */
@Command(
    name = "check",
    description = "Validate an agent's configuration; start nothing.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  tunnel-agent check -c agent.yaml", "  tunnel-agent check -c agent.yaml --json"})
final class CheckCommand implements Callable<Integer> {

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      required = true,
      description = "The agent's configuration, usually agent.yaml.")
  private Path file = Path.of("agent.yaml");

  @Option(names = "--json", description = "Print the result as JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws ConfigException {
    ConfigProblems problems = new ConfigProblems();
    try {
      AgentConfig config = AgentConfigReader.read(file, System.getenv(), problems);
      SecretRef.check(config.token(), "token", problems);
      CertificateStatus.warnings(config.certificates(), Instant.now()).forEach(problems::warn);
      if (!json) {
        problems.warnings().forEach(this::complain);
      }
      print(json ? json(problems) : good(config));
      return 0;
    } catch (ConfigException e) {
      if (!json) {
        problems.warnings().forEach(this::complain);
        throw e;
      }
      print(json(problems));
      return Commands.INVALID_CONFIGURATION;
    }
  }

  private String good(AgentConfig config) {
    return file
        + ": good; agent "
        + config.id()
        + ", "
        + config.servers().size()
        + " servers, "
        + config.upstreams().size()
        + " upstreams, "
        + config.routes().size()
        + " routes";
  }

  private static String json(ConfigProblems problems) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("valid", problems.isEmpty());
    tree.put("problems", JsonOutput.problems(problems.toList()));
    tree.put(
        "warnings", problems.warnings().stream().map(line -> Map.of("message", line)).toList());
    return JsonOutput.json(tree);
  }

  private void complain(String warning) {
    Objects.requireNonNull(spec).commandLine().getErr().println("warning: " + warning);
  }

  private void print(String text) {
    Objects.requireNonNull(spec).commandLine().getOut().println(text);
  }
}
