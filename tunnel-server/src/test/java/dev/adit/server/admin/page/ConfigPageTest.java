package dev.adit.server.admin.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adit.core.config.ConfigException;
import dev.adit.core.tls.PemFiles;
import dev.adit.server.config.ServerConfig;
import dev.adit.server.config.ServerConfigReader;
import dev.adit.server.setup.NewSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page shows of the configuration, and what it never does. */
final class ConfigPageTest {
  private static final String SECRET = "s3cr3t-of-the-port";
  private static final String HASH =
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  private final Path directory;

  ConfigPageTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private String page(String yaml, Clock clock) throws IOException, ConfigException {
    Path file = Files.writeString(directory.resolve("server.yaml"), yaml);
    return new ConfigPage(ServerConfigReader.read(file), clock).page().body();
  }

  @Test
  void secretsAreNotShownNorTheirHashes() throws IOException, ConfigException {
    Files.writeString(directory.resolve("admin.token"), SECRET);
    Files.createDirectory(directory.resolve("rules"));
    String shown =
        page(
            """
            version: 1
            entry: {listen: 127.0.0.1:0}
            tunnel: {listen: 127.0.0.1:0, insecure: true}
            admin: {listen: 127.0.0.1:0, token: {file: admin.token}}
            tracing: {otlp: "http://user:%s@127.0.0.1:4317"}
            rules: rules/
            agents:
            - {id: a, groups: [g], tokens: [{sha256: %s}]}
            """
                .formatted(SECRET, HASH),
            Clock.systemUTC());
    assertFalse(shown.contains(SECRET), shown);
    assertFalse(shown.contains(HASH.substring(0, 16)), shown);
    assertTrue(shown.contains("admin.token"), shown);
    assertTrue(shown.contains("entry.maxConnections"), shown);
    assertTrue(shown.contains("\"http://127.0.0.1:4317\""), shown);
  }

  @Test
  void certificatesAreShownWithTheDaysThatAreLeft() throws IOException, ConfigException {
    Path setup = directory.resolve("adit");
    new NewSetup(setup, List.of("tunnel.example.com"), "a-1", "g", "127.0.0.1:1").write();
    Instant end =
        PemFiles.certificates(setup.resolve("tls/server.crt")).get(0).getNotAfter().toInstant();
    ServerConfig config = ServerConfigReader.read(setup.resolve("server.yaml"));
    JsonObject line =
        certificates(config, end.minus(Duration.ofHours(73))).get(0).getAsJsonObject();
    assertEquals("entry.tls.cert", line.get("use").getAsString());
    assertEquals(3, line.get("daysLeft").getAsInt());
    assertEquals(end.toString(), line.get("end").getAsString());
    assertTrue(line.get("names").toString().contains("tunnel.example.com"), line.toString());
    JsonObject over = certificates(config, end.plusSeconds(1)).get(0).getAsJsonObject();
    assertEquals(-1, over.get("daysLeft").getAsInt());

    Files.writeString(setup.resolve("tls/server.crt"), "no certificate");
    JsonObject broken = certificates(config, end).get(0).getAsJsonObject();
    assertTrue(broken.get("problem").getAsString().contains("holds no certificate"));
    assertEquals("", broken.get("end").getAsString());
  }

  private static JsonArray certificates(ServerConfig config, Instant now) {
    String body = new ConfigPage(config, Clock.fixed(now, ZoneOffset.UTC)).page().body();
    return JsonParser.parseString(body).getAsJsonObject().getAsJsonArray("certificates");
  }
}
