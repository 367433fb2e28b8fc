package dev.adit.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What peers may send that carries no call, where the file does not say. */
final class FloodDefaultsTest {
  /** A caller's stream is a call, an agent's a tunnel. */
  @Test
  void agentsOpenFewStreams(@TempDir Path directory) throws IOException, ConfigException {
    Files.createDirectory(directory.resolve("rules"));
    Path file =
        Files.writeString(
            directory.resolve("server.yaml"),
            """
            version: 1
            entry: {listen: 127.0.0.1:0}
            tunnel: {listen: 127.0.0.1:0, insecure: true, floods: {settings: 7}}
            rules: rules/
            agents: []
            """);
    ServerConfig config = ServerConfigReader.read(file);
    assertEquals(200_000, config.entry().connections().floods().newStreams());
    assertEquals(20, config.tunnel().connections().floods().newStreams());
    assertEquals(7, config.tunnel().connections().floods().settings());
  }
}
