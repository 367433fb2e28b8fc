package dev.adit.agent.cli;

import dev.adit.agent.app.AgentProcess;
import dev.adit.agent.app.ListenException;
import dev.adit.agent.config.AgentConfig;
import dev.adit.agent.config.AgentConfigReader;
import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.config.ConfigValue;
import dev.adit.core.config.SecretRef;
import dev.adit.core.logging.Logging;
import dev.adit.core.process.NettyDefaults;
import dev.adit.core.process.Signals;
import dev.adit.core.systemd.ServiceNotices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code run}: the agent itself. */
@Command(
    name = "run",
    description = "Run the agent until SIGTERM; a second one stops it at once.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  tunnel-agent run -c agent.yaml",
      "",
      "When the first tunnel is up it prints: ready agent=ID servers=CONNECTED/CONFIGURED",
      "TUNNEL_SERVERS in the environment stands for servers of the file, and so on."
    })
final class RunCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      required = true,
      description = "The agent's configuration, usually agent.yaml.")
  private Path file = Path.of("agent.yaml");

  @Override
  public Integer call() throws Exception {
    Signals.duringStart();
    NettyDefaults.apply();
    return ServiceNotices.telling(this::start);
  }

  private int start(ServiceNotices systemd) throws ConfigException, IOException {
    ConfigProblems problems = new ConfigProblems();
    AgentConfig config = AgentConfigReader.read(file, System.getenv(), problems);
    if (config.token() instanceof SecretRef.FromEnvironment variable && !variable.isThere()) {
      throw new ConfigException(variable.missing("token.env"));
    }
    Logging.start(config.log());
    problems.warnings().forEach(log::warn);
    try {
      return AgentProcess.run(
          config, AgentCommand.BUILD.version(), AgentProcess.Hangup.IS_NOTED, System.out, systemd);
    } catch (ListenException e) {
      throw inFile(e);
    }
  }

  /**
   * Says where in the file the address stands that cannot be listened on, or where it is missing.
   */
  private ConfigException inFile(ListenException e) throws ListenException {
    ConfigProblems problems = new ConfigProblems();
    ConfigMap root = AgentConfigReader.open(file, System.getenv(), problems);
    if (root == null) {
      throw e;
    }
    ConfigValue admin = root.optional("admin");
    ConfigValue listen = admin != null && admin.isMapping() ? admin.map().optional("listen") : null;
    ConfigValue place = listen != null ? listen : admin != null ? admin : root.value();
    place.reject(
        "expected admin: off, or admin: {listen: ADDR} with an address that can be listened on; "
            + e.reason()
            + "; ss -ltnp shows what listens there");
    try {
      problems.throwIfAny();
    } catch (ConfigException problem) {
      return problem;
    }
    throw e;
  }
}
