package dev.adit.demo.backend.cli;

import dev.adit.demo.backend.server.BackendConfig;
import dev.adit.demo.backend.server.BackendServer;
import dev.adit.demo.backend.server.SampleSystem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the user said on the command line of a sample backend, and the start it leads to. */
@Command(
    name = "tunnel-sample",
    description = "Runs a sample gRPC backend until it is asked to end (SIGTERM).",
    sortOptions = false)
public final class BackendCommand implements Callable<Integer> {
  /** The environment variable with the token callers must show; kept out of the process list. */
  public static final String TOKEN_VARIABLE = "DEMO_BACKEND_TOKEN";

  private static final int EXIT_USAGE = 2;
  private static final int MAX_PORT = 65_535;
  private static final String ALL = "all";

  @Option(
      names = "--system",
      required = true,
      paramLabel = "SYSTEM",
      description = "engine, game, detect, user, order, or all of them.")
  private String system = ALL;

  @Option(
      names = "--port",
      defaultValue = "0",
      paramLabel = "N",
      description = "Port; 0 for any free one.")
  private int port;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      paramLabel = "ADDR",
      description = "Address to listen on. Default: ${DEFAULT-VALUE}")
  private String host = "";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What the response header x-backend says. Default: the system.")
  private @Nullable String name;

  @Option(
      names = "--heartbeat",
      defaultValue = "30s",
      paramLabel = "TIME",
      description = "Quiet after which an event stream gets a heartbeat. Default: ${DEFAULT-VALUE}")
  private Duration heartbeatAfter = Duration.ZERO;

  @Option(
      names = "--update-every",
      defaultValue = "1s",
      paramLabel = "TIME",
      description = "Time an order takes for one step. Default: ${DEFAULT-VALUE}")
  private Duration updateEvery = Duration.ZERO;

  @Option(
      names = "--grace",
      defaultValue = "5s",
      paramLabel = "TIME",
      description = "Time running calls get after SIGTERM. Default: ${DEFAULT-VALUE}")
  private Duration grace = Duration.ZERO;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this text.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  @Spec private @Nullable CommandSpec spec;

  private final Map<String, String> environment;

  private BackendCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Runs a backend until it has been asked to end; returns the exit code. */
  public static int run(String... args) {
    return new CommandLine(new BackendCommand(System.getenv()))
        .registerConverter(Duration.class, DurationText::parse)
        .execute(args);
  }

  @Override
  public Integer call() throws InterruptedException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    PrintWriter err = line.getErr();
    Optional<Set<SampleSystem>> systems = systems();
    if (systems.isEmpty()) {
      err.println("--system: expected engine, game, detect, user, order or all, not " + system);
      return EXIT_USAGE;
    }
    if (port < 0 || port > MAX_PORT) {
      err.println("--port: expected a port from 0 to " + MAX_PORT + ", not " + port);
      return EXIT_USAGE;
    }
    try {
      BackendServer server = BackendServer.start(config(systems.get()));
      Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(grace), "stop-backend"));
      line.getOut().println("ready backend=" + server.name() + " addr=" + server.address());
      line.getOut().flush();
      server.awaitEnd();
      return 0;
    } catch (IOException e) {
      err.println("cannot listen on " + host + ":" + port + ": " + reason(e));
      return 1;
    }
  }

  /** The last cause: that of gRPC says only that it failed. */
  private static String reason(IOException e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof UnresolvedAddressException
        ? "this name has no address"
        : cause.getMessage() + "; name another --port, or end what listens there";
  }

  private Optional<Set<SampleSystem>> systems() {
    if (system.equals(ALL)) {
      return Optional.of(EnumSet.allOf(SampleSystem.class));
    }
    return SampleSystem.byWord(system).map(EnumSet::of);
  }

  private BackendConfig config(Set<SampleSystem> systems) {
    return new BackendConfig(
        name == null ? system : name,
        systems,
        host,
        port,
        heartbeatAfter,
        updateEvery,
        Optional.ofNullable(environment.get(TOKEN_VARIABLE)));
  }
}
