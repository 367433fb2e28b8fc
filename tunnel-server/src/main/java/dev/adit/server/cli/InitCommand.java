package dev.adit.server.cli;

import dev.adit.core.cli.AddressOption;
import dev.adit.core.config.HostPort;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.setup.NewSetup;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code init}: a first setup, encrypted and authenticated. */
@Command(
    name = "init",
    description =
        "Write a secure start into a directory: an authority, a certificate, an agent's token, and"
            + " the files of a server and of one agent.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  tunnel-server init adit",
      "  tunnel-server init adit --host tunnel.example.com --group shop \\",
      "      --backend 127.0.0.1:50051",
      "  tunnel-server init adit --renew",
      "",
      "Keys and the token can be read by their owner only. A running server takes a renewed",
      "certificate within seconds, without losing a call."
    })
final class InitCommand implements Callable<Integer> {
  private static final List<String> FOR_NEW = List.of("--agent", "--group", "--backend");
  private static final String ONE = "name the others in agents.yaml and agent.yaml afterwards";

  @Parameters(paramLabel = "DIR", description = "A new or empty directory.")
  private Path directory = Path.of("adit");

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description =
          "A name or address that callers and agents dial, the one for agents first; may be given"
              + " several times. Default: this host's name. localhost and 127.0.0.1 are added.")
  private @Nullable List<String> hosts;

  @Option(names = "--agent", paramLabel = "ID", description = "The agent's id [${DEFAULT-VALUE}].")
  private String agent = "agent-1";

  @Option(names = "--group", paramLabel = "G", description = "What it serves [${DEFAULT-VALUE}].")
  private String group = "default";

  @Option(
      names = "--backend",
      paramLabel = "ADDR",
      converter = AddressOption.class,
      description = "What the agent sends calls to [${DEFAULT-VALUE}].")
  private HostPort backend = new HostPort("127.0.0.1", 50051);

  @Option(
      names = "--renew",
      description =
          "Only replace the server's certificate, by the authority that is there; for the names of"
              + " the one before unless --host is given.")
  private boolean renew;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (renew) {
      for (String option : FOR_NEW) {
        if (Objects.requireNonNull(spec).commandLine().getParseResult().hasMatchedOption(option)) {
          throw wrong("--renew: expected no " + option + " beside it, only --host");
        }
      }
      List<String> names = NewSetup.renew(directory, hosts == null ? List.of() : names());
      print("renewed " + directory.resolve("tls/server.crt") + " for " + String.join(", ", names));
      return 0;
    }
    List<String> names = names();
    new NewSetup(
            directory,
            names,
            checked("--agent", agent, text -> new AgentId(text).value()),
            checked("--group", group, text -> GroupName.given(text, ONE).value()),
            backend.toString())
        .write();
    print("# made " + directory + "; the certificate is for " + String.join(", ", names));
    print("# Start the server, and beside your services the agent (it needs agent.yaml,");
    print("# tls/ca.crt and secrets/agent.token of that directory):");
    print(server() + " run -c " + quoted(directory.resolve("server.yaml")));
    print(agent() + " run -c " + quoted(directory.resolve("agent.yaml")));
    return 0;
  }

  private List<String> names() throws IOException {
    List<String> first = hosts == null ? List.of(hostName()) : hosts;
    for (String name : first) {
      if (!isHost(name)) {
        throw wrong("--host: expected a host name or an address without port, not '" + name + "'");
      }
    }
    if (first.get(0).startsWith("*")) {
      throw wrong("--host: expected a name that agents can dial first, not '" + first.get(0) + "'");
    }
    checked("--host", first.get(0), HostPort::verifiable);
    return Stream.concat(first.stream(), Stream.of("localhost", "127.0.0.1")).distinct().toList();
  }

  private static String hostName() throws IOException {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new IOException(
          "this host's own name cannot be looked up; say with --host NAME what callers and agents"
              + " dial",
          e);
    }
  }

  /** A name that looks like an address is one, and must be good. */
  private static boolean isHost(String name) {
    if (name.matches("[0-9.]+") || name.indexOf(':') >= 0) {
      return NetUtil.isValidIpV4Address(name)
          || (NetUtil.isValidIpV6Address(name) && name.matches("[0-9A-Fa-f:]+"));
    }
    return name.matches("(\\*\\.)?[A-Za-z0-9_][A-Za-z0-9._-]{0,252}") && !name.contains("..");
  }

  private interface Check {
    String apply(String text);
  }

  private String checked(String option, String text, Check check) {
    try {
      return check.apply(text);
    } catch (IllegalArgumentException e) {
      throw wrong(option + ": " + e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  /** How this program was started, so that the line can be typed as it stands. */
  private static String server() {
    String script = System.getProperty("adit.command");
    return script == null ? "java -jar " + quoted(jar()) : quoted(Path.of(script));
  }

  private static String agent() {
    String script = System.getProperty("adit.command");
    if (script != null) {
      return quoted(Path.of(script).resolveSibling("tunnel-agent"));
    }
    Path jar = jar();
    return Stream.of(
            jar.resolveSibling("tunnel-agent.jar"),
            jar.resolveSibling("../../tunnel-agent/target/tunnel-agent.jar").normalize())
        .filter(Files::isRegularFile)
        .findFirst()
        .map(path -> "java -jar " + quoted(path))
        .orElse("tunnel-agent");
  }

  private static Path jar() {
    try {
      Path jar =
          Path.of(InitCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path here = Path.of("").toAbsolutePath();
      return jar.startsWith(here) ? here.relativize(jar) : jar;
    } catch (URISyntaxException e) {
      return Path.of("tunnel-server.jar");
    }
  }

  private static String quoted(Path path) {
    String text = path.toString();
    return text.matches("[A-Za-z0-9_./+:@%-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  private void print(String line) {
    Objects.requireNonNull(spec).commandLine().getOut().println(line);
  }
}
