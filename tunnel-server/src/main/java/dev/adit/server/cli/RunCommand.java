package dev.adit.server.cli;

import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.config.ConfigValue;
import dev.adit.core.logging.Logging;
import dev.adit.core.process.NettyDefaults;
import dev.adit.core.process.Signals;
import dev.adit.core.systemd.ServiceNotices;
import dev.adit.server.app.AccessLogException;
import dev.adit.server.app.ListenException;
import dev.adit.server.app.ServerProcess;
import dev.adit.server.config.ServerConfig;
import dev.adit.server.config.ServerConfigReader;
import java.io.IOException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code run}: the server itself. */
@Command(
    name = "run",
    description = "Run the server until SIGTERM; a second one stops it at once.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  tunnel-server run -c server.yaml",
      "",
      "When all listeners are bound it prints: ready entry=ADDR tunnel=ADDR admin=ADDR",
      "SIGHUP reads the rules anew and opens the access log's file again, for logrotate;",
      "changed rule files are also seen without it.",
      "TUNNEL_ENTRY_LISTEN in the environment stands for entry.listen of the file, and so on."
    })
final class RunCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      required = true,
      description = "The server's configuration, usually server.yaml.")
  private Path file = Path.of("server.yaml");

  @Override
  public Integer call() throws Exception {
    Signals.duringStart();
    NettyDefaults.apply();
    return ServiceNotices.telling(this::start);
  }

  private int start(ServiceNotices systemd) throws ConfigException, IOException {
    ConfigProblems problems = new ConfigProblems();
    @Nullable ServerConfig config = ServerConfigReader.read(file, System.getenv(), problems);
    problems.throwIfAny();
    if (config == null) {
      throw new AssertionError("an unusable file without a problem: " + file);
    }
    Logging.start(config.log());
    problems.warnings().forEach(log::warn);
    try {
      return ServerProcess.run(config, ServerCommand.BUILD.version(), System.out, systemd);
    } catch (ListenException e) {
      String expected = "expected an address that can be listened on; ";
      throw inFile(e, e.section(), "listen", expected + e.address() + ": " + reason(e));
    } catch (AccessLogException e) {
      throw inFile(e, "accessLog", "file", "expected a file that can be written; " + e.reason());
    }
  }

  /** Says where in the file the value stands that cannot be used, or where it is missing. */
  private ConfigException inFile(IOException e, String section, String key, String expected)
      throws IOException {
    ConfigProblems problems = new ConfigProblems();
    @Nullable ConfigMap root = ServerConfigReader.open(file, System.getenv(), problems);
    if (root == null) {
      throw e;
    }
    @Nullable ConfigMap map = root.child(section);
    @Nullable ConfigValue value = map == null ? null : map.optional(key);
    if (value == null) {
      root.value().reject(section + "." + key + ": " + expected);
    } else {
      value.reject(expected);
    }
    try {
      problems.throwIfAny();
    } catch (ConfigException problem) {
      return problem;
    }
    throw e;
  }

  /** What the system says, and what to do about it. */
  private static String reason(ListenException e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof UnresolvedAddressException) {
      return "this name has no address; mend the name, or write the address";
    }
    return cause.getMessage() + "; " + cure(String.valueOf(cause.getMessage()));
  }

  private static String cure(String message) {
    if (message.endsWith("Permission denied")) {
      return "name a port from 1024 on, or permit it: CAP_NET_BIND_SERVICE, which the systemd unit"
          + " gives, or sysctl net.ipv4.ip_unprivileged_port_start";
    }
    if (message.endsWith("Cannot assign requested address")) {
      return "name one that this host has (ip address shows them), or 0.0.0.0 for all";
    }
    if (message.endsWith("Address family not supported by protocol")) {
      return "this host has no IPv6: name an IPv4 address, or switch it on";
    }
    return "name another, or end what listens there (ss -ltnp shows it)";
  }
}
