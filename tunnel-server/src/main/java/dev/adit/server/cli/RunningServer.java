package dev.adit.server.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adit.core.admin.AdminClient;
import dev.adit.core.cli.AddressOption;
import dev.adit.core.cli.JsonOutput;
import dev.adit.core.config.HostPort;
import dev.adit.core.config.SecretRef;
import dev.adit.server.admin.ExplainRequest;
import dev.adit.server.admin.RunningRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name a running server, and what it is asked. */
final class RunningServer {
  private static final String OPTION = "--server";

  @Option(
      names = OPTION,
      paramLabel = "ADMIN_ADDR",
      converter = AddressOption.class,
      description = "Ask the running server with this admin address, such as 127.0.0.1:8004.")
  private @Nullable HostPort address;

  @Option(
      names = "--token-file",
      paramLabel = "F",
      description = "The file with its admin token, where the port asks for one.")
  private @Nullable Path tokenFile;

  boolean isGiven() {
    return address != null;
  }

  String address() {
    return Objects.requireNonNull(address).toString();
  }

  RunningRules rules() throws IOException {
    return client().get("/rules", RunningRules.class);
  }

  /** The explanation for people, or as JSON. */
  String explain(ExplainRequest request, boolean json) throws IOException {
    String answer = client().post("/rules/explain", request.toJson());
    JsonObject tree = JsonParser.parseString(answer).getAsJsonObject();
    String text = tree.remove("text").getAsString();
    return json ? JsonOutput.json(tree) : text;
  }

  private AdminClient client() throws IOException {
    return new AdminClient(
        address(),
        tokenFile == null ? null : new SecretRef.FromFile(tokenFile).read(),
        OPTION,
        tokenFile);
  }
}
