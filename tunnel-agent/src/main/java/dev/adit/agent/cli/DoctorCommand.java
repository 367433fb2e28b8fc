package dev.adit.agent.cli;

import dev.adit.agent.config.AgentConfig;
import dev.adit.agent.config.AgentConfigReader;
import dev.adit.agent.doctor.Doctor;
import dev.adit.agent.doctor.Finding;
import dev.adit.core.cli.Commands;
import dev.adit.core.cli.JsonOutput;
import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.config.LogConfig;
import dev.adit.core.logging.Logging;
import dev.adit.core.process.NettyDefaults;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code doctor}: why an agent does not get through. */
@Command(
    name = "doctor",
    description =
        "Try each step of what the agent does, from DNS to the backends, and say the cure of what"
            + " fails; serves nothing, and may be run beside the agent.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  tunnel-agent doctor -c agent.yaml",
      "  tunnel-agent doctor -c agent.yaml --json",
      "",
      "Exit code 1 if any step fails."
    })
final class DoctorCommand implements Callable<Integer> {

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      required = true,
      description = "The agent's configuration, usually agent.yaml.")
  private Path file = Path.of("agent.yaml");

  @Option(names = "--json", description = "Print the findings as JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws ConfigException, IOException {
    ConfigProblems problems = new ConfigProblems();
    AgentConfig config = AgentConfigReader.read(file, System.getenv(), problems);
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    problems.warnings().forEach(warning -> err.println("warning: " + warning));
    NettyDefaults.apply();
    // The parts it is made of would tell the same once more.
    Logging.start(new LogConfig(LogConfig.Level.ERROR, config.log().format()));
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    List<Finding> findings = new ArrayList<>();
    Doctor.examine(
        config,
        AgentCommand.BUILD.version(),
        finding -> {
          findings.add(finding);
          if (!json) {
            out.println(finding);
            out.flush();
          }
        });
    boolean good =
        findings.stream().noneMatch(finding -> finding.result() == Finding.Result.FAILED);
    if (json) {
      out.println(json(config, good, findings));
    }
    return good ? 0 : Commands.FAILED;
  }

  private static String json(AgentConfig config, boolean good, List<Finding> findings) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("agent", config.id().value());
    tree.put("good", good);
    tree.put("steps", findings.stream().map(DoctorCommand::tree).toList());
    return JsonOutput.json(tree);
  }

  private static Map<String, Object> tree(Finding finding) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("step", finding.step().word());
    tree.put("target", finding.target());
    tree.put("result", finding.result().word());
    tree.put("found", finding.found());
    if (!finding.cure().isEmpty()) {
      tree.put("cure", finding.cure());
    }
    return tree;
  }
}
