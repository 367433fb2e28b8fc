package dev.adit.server.cli;

import dev.adit.core.cli.Commands;
import dev.adit.core.cli.JsonOutput;
import dev.adit.core.name.GroupName;
import dev.adit.core.token.Token;
import dev.adit.server.config.agents.AgentIdPattern;
import dev.adit.server.setup.YamlText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code token}: makes credentials for agents. */
@Command(
    name = "token",
    description = "Make tokens for agents.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExample:%n",
    footer = "  tunnel-server token new --agent shop-1 --group shop")
final class TokenCommand implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(Objects.requireNonNull(spec).commandLine(), "expected new");
  }

  @Command(
      name = "new",
      description = "Print a new token, once, and the lines for agents.yaml that let it in.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  tunnel-server token new --agent shop-1 --group shop",
        "  tunnel-server token new --agent 'shop-*' --group shop --group shop-canary"
      })
  int create(
      @Option(
              names = "--agent",
              paramLabel = "ID",
              required = true,
              description = "The agent's id; with a * at the end, all ids that start so.")
          String agent,
      @Option(
              names = "--group",
              paramLabel = "GROUP",
              description = "A group it may serve [default]; may be given several times.")
          @Nullable List<String> groups,
      @Option(names = "--json", description = "Print the result as JSON.") boolean json) {
    AgentIdPattern id = id(agent);
    List<String> named = groups == null ? List.of("default") : names(groups);
    Token token = Token.newToken();
    String lines =
        "- id: "
            + YamlText.of(id.text())
            + "\n  groups: ["
            + String.join(", ", named.stream().map(YamlText::of).toList())
            + "]\n  tokens:\n  - sha256: "
            + token.hash().hex();
    if (json) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("agent", id.text());
      tree.put("token", token.secret());
      tree.put("sha256", token.hash().hex());
      tree.put("agentsYaml", lines);
      print(JsonOutput.json(tree));
      return 0;
    }
    print(token.secret());
    print("");
    print("# For agents.yaml. The token above is not kept anywhere: give it to the agent now.");
    print(lines);
    return 0;
  }

  private AgentIdPattern id(String agent) {
    try {
      return new AgentIdPattern(agent);
    } catch (IllegalArgumentException e) {
      throw wrong("--agent: " + e.getMessage());
    }
  }

  private List<String> names(List<String> groups) {
    try {
      return groups.stream()
          .map(group -> GroupName.given(group, "give --group for each").value())
          .toList();
    } catch (IllegalArgumentException e) {
      throw wrong("--group: " + e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    return Commands.wrong(Objects.requireNonNull(spec), message);
  }

  private void print(String line) {
    Objects.requireNonNull(spec).commandLine().getOut().println(line);
  }
}
