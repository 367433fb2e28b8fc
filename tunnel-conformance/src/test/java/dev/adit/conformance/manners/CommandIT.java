package dev.adit.conformance.manners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.adit.conformance.manners.Command.Result;
import dev.adit.conformance.tools.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Variables instead of keys, and colours, as a user of a shell meets them. */
@Timeout(60)
final class CommandIT {
  private static final String ESCAPE = "\u001b[";

  @TempDir Path directory;

  @BeforeEach
  void fill() throws IOException {
    Files.createDirectory(directory.resolve("rules"));
    Files.writeString(
        directory.resolve("server.yaml"),
        """
        version: 1
        tunnel: {insecure: true}
        rules: rules/
        agents: []
        accessLog: {format: text}
        """);
    Files.writeString(
        directory.resolve("agent.yaml"),
        """
        version: 1
        servers: 127.0.0.1:1
        insecure: true
        token: {env: TUNNEL_TOKEN}
        upstreams: [{name: u, backends: 127.0.0.1:1}]
        """);
  }

  @Test
  void serverListensWhereTheEnvironmentSays() throws Exception {
    String ready =
        Command.server(directory, "run", "-c", "server.yaml")
            .with("TUNNEL_ENTRY_LISTEN", "127.0.0.1:0")
            .with("TUNNEL_TUNNEL_LISTEN", "127.0.0.2:0")
            .with("TUNNEL_ADMIN_LISTEN", "127.0.0.1:0")
            .with("TUNNEL_ACCESS_LOG", "off")
            .ready();
    assertTrue(
        ready.matches(
            "ready entry=127\\.0\\.0\\.1:\\d+ tunnel=127\\.0\\.0\\.2:\\d+ admin=127\\.0\\.0\\.1:\\d+"),
        ready);
  }

  /** As people write them, and as the file has them where all addresses are meant. */
  @Test
  void readyLineHasAddressesThatCanBeDialled() throws Exception {
    String ready =
        Command.server(directory, "run", "-c", "server.yaml")
            .with("TUNNEL_ENTRY_LISTEN", "0.0.0.0:0")
            .with("TUNNEL_TUNNEL_LISTEN", "[::1]:0")
            .with("TUNNEL_ADMIN_LISTEN", "localhost:0")
            .ready();
    assertTrue(
        ready.matches(
            "ready entry=0\\.0\\.0\\.0:\\d+ tunnel=\\[::1]:\\d+"
                + " admin=(127\\.0\\.0\\.1|\\[::1]):\\d+"),
        ready);
  }

  @Test
  void variablesAreCheckedWithTheFile() throws Exception {
    Result server =
        Command.server(directory, "check", "-c", "server.yaml")
            .with("TUNNEL_ENTRY_MAX_HEADER_BYTES", "12")
            .with("TUNNEL_ENTRY_LISTN", "127.0.0.1:0")
            .run();
    assertEquals(
        List.of(
            "environment variable TUNNEL_ENTRY_MAX_HEADER_BYTES: entry.maxHeaderBytes: expected a"
                + " size from 1KiB to 1MiB (units: KiB, MiB, GiB), found '12'",
            "warning: the environment variable TUNNEL_ENTRY_LISTN fits no key of the configuration"
                + " that holds a single value, and is ignored (did you mean TUNNEL_ENTRY_LISTEN?)"),
        server.complaints().subList(0, 2));
    assertEquals(3, server.exit());
    Result agent =
        Command.agent(directory, "check", "-c", "agent.yaml", "--json")
            .with("TUNNEL_ID", "shop-9")
            .with("TUNNEL_TOKEN", "adit_geheim")
            .with("TUNNEL_TOKN", "adit_geheim")
            .run();
    assertEquals(0, agent.exit());
    assertTrue(agent.out().contains("the environment variable TUNNEL_TOKN fits"), agent.out());
    assertFalse(agent.out().contains("TUNNEL_TOKEN "), agent.out());
    assertFalse(agent.out().contains("geheim"), agent.out());
  }

  /** One that cannot be written, but not one that somebody has read enough of. */
  @Test
  void resultThatIsLostIsAFailure() throws Exception {
    String token =
        String.join(" ", Command.server(directory, "token", "new", "--agent", "a").words());
    Result full = shell(token + " > /dev/full");
    assertEquals(List.of("error: standard output cannot be written"), full.complaints());
    assertEquals(1, full.exit());
    Result closed = shell(token + " >&-");
    assertEquals(1, closed.exit());
    String all = String.join(" ", Command.server(directory, "completion").words());
    Result enough = shell("set -o pipefail; " + all + " | true");
    assertEquals(List.of(), enough.complaints());
    assertEquals(0, enough.exit());
  }

  private Result shell(String line) throws Exception {
    return new Command(directory, List.of(), Map.of(), List.of("bash", "-c", line)).run();
  }

  @Test
  void wrongUsageIsAnsweredInOneLineAndWhereToReadOn() throws Exception {
    Result address = Command.server(directory, "status", "--admin", "::1:8004").run();
    assertEquals(2, address.exit());
    assertEquals(
        "Invalid value for option '--admin': an IPv6 address needs brackets: [::1]:port",
        address.complaints().get(0));
    Result port = Command.agent(directory, "status", "--admin", "127.0.0.1:99999").run();
    assertEquals(2, port.exit());
    Result token = Command.server(directory, "token", "new", "--agent", "a b").run();
    assertEquals(2, token.complaints().size(), token.err());
    assertEquals("see: tunnel-server token new --help", token.complaints().get(1));
    Result help = Command.server(directory, "help", "rules", "check").run();
    assertTrue(help.out().startsWith("Usage: tunnel-server rules check "), help.out());
    assertEquals(2, Command.server(directory, "help", "rules", "chek").run().exit());
  }

  @Test
  void everyCommandTellsTheVersion() throws Exception {
    String version = Command.server(directory, "version").run().out();
    assertTrue(version.startsWith("tunnel-server "), version);
    assertEquals(version, Command.server(directory, "rules", "check", "-V").run().out());
    assertEquals(version, Command.server(directory, "help", "--version").run().out());
    for (Command command :
        List.of(
            Command.server(directory, "version", "--json"),
            Command.agent(directory, "version", "--json"))) {
      JsonObject tree = new Gson().fromJson(command.run().out(), JsonObject.class);
      assertTrue(version.startsWith("tunnel-server " + tree.get("version").getAsString()), version);
      assertTrue(tree.getAsJsonObject("libraries").has("netty"), tree::toString);
    }
  }

  @Test
  void coloursAreForTerminalsOnly() throws Exception {
    Command help = Command.server(directory, "rules", "--help");
    assertFalse(help.run().out().contains(ESCAPE));
    String line = String.join(" ", help.words());
    List<String> onTerminal = List.of("script", "-qec", line, "/dev/null");
    Optional<Tool.Run> seen = Tool.run(directory, 20, onTerminal);
    Tool.need(seen.isPresent(), "script, which has a terminal");
    assertTrue(seen.orElseThrow().output().contains(ESCAPE), seen.orElseThrow().output());
    for (String unwanted : List.of("NO_COLOR=1 ", "TERM=dumb ")) {
      Tool.Run plain =
          Tool.run(directory, 20, List.of("script", "-qec", unwanted + line, "/dev/null"))
              .orElseThrow();
      assertTrue(plain.output().contains("Usage: tunnel-server rules"), plain.output());
      assertFalse(plain.output().contains(ESCAPE), plain.output());
    }
    // Only standard output is the terminal: what is wrong goes to a file, without colours.
    Tool.Run wrong =
        Tool.run(
                directory,
                20,
                List.of("script", "-qec", line.replace("--help", "--hlp") + " 2>err", "/dev/null"))
            .orElseThrow();
    assertEquals(2, wrong.exitCode());
    assertFalse(Files.readString(directory.resolve("err")).contains(ESCAPE));
  }
}
