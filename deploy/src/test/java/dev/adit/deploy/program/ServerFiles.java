package dev.adit.deploy.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The least that a server needs to run: it listens at ports of its choice and has no agents. */
public final class ServerFiles {
  private ServerFiles() {}

  /** Writes them into a directory; what comes back is the configuration. */
  public static Path into(Path directory) throws IOException {
    Files.createDirectory(directory.resolve("rules"));
    Files.writeString(directory.resolve("agents.yaml"), "version: 1\nagents: []\n");
    return Files.writeString(
        directory.resolve("server.yaml"),
        """
        version: 1
        entry: {listen: 127.0.0.1:0}
        tunnel: {listen: 127.0.0.1:0, insecure: true}
        admin: {listen: 127.0.0.1:0}
        rules: rules/
        agents: agents.yaml
        accessLog: off
        """);
  }
}
