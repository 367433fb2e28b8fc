package dev.adit.agent.cli;

import dev.adit.agent.app.AgentProcess;
import dev.adit.agent.config.AgentConfig;
import dev.adit.core.logging.Logging;
import dev.adit.core.process.NettyDefaults;
import dev.adit.core.process.Signals;
import dev.adit.core.systemd.ServiceNotices;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code expose}: an agent for one backend, without a file. */
@Command(
    name = "expose",
    description = "Serve one backend to a server, without a configuration file.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  tunnel-agent expose 127.0.0.1:50051 --server tunnel.example.com:8003 \\",
      "      --group shop --token-file agent.token",
      "  TUNNEL_TOKEN=... tunnel-agent expose 127.0.0.1:50051 --insecure \\",
      "      --server 127.0.0.1:8003 --group shop"
    })
final class ExposeCommand implements Callable<Integer> {
  @Mixin private final ExposeOptions options = new ExposeOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    AgentConfig config;
    try {
      config = options.toConfig(System.getenv());
    } catch (IllegalArgumentException e) {
      if (spec == null) {
        throw e;
      }
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    Signals.duringStart();
    NettyDefaults.apply();
    Logging.start(config.log());
    return ServiceNotices.telling(
        systemd ->
            AgentProcess.run(
                config,
                AgentCommand.BUILD.version(),
                AgentProcess.Hangup.STOPS,
                System.out,
                systemd));
  }
}
