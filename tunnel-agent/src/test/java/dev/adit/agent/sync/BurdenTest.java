package dev.adit.agent.sync;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.adit.agent.config.AllowList;
import dev.adit.agent.config.ConfigSyncMode;
import dev.adit.core.name.GroupName;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How much a server can have an agent do for nothing. */
final class BurdenTest {
  private static Burden of(String upstreams) throws HandedConfig.Refused {
    HandedConfigReader reader =
        new HandedConfigReader(
            ConfigSyncMode.ACCEPT, new AllowList(List.of(AllowList.Pattern.parse("127.0.0.1:*"))));
    return Burden.of(
        reader.read(
            new GroupName("shop"),
            "version: 1\nupstreams: [" + upstreams + "]\nroutes: [{to: a}]\n"));
  }

  @Test
  void connectionsAndChecksCountForEachBackend() throws HandedConfig.Refused {
    Burden burden =
        of(
            "{name: a, backends: [\"127.0.0.1:1\", \"127.0.0.1:2\"], connections: {min: 5},"
                + " health: {tcp: true, interval: 2s, timeout: 1s}},"
                + "{name: b, backends: \"127.0.0.1:1\", connections: {min: 0}}");
    assertEquals(new Burden(11, 1), burden);
    assertDoesNotThrow(burden::check);
  }

  /** One of 20 upstreams with a thousand connections each used up the agent's descriptors. */
  @Test
  void tooMuchIsRefused() throws HandedConfig.Refused {
    Burden connections =
        of("{name: a, backends: \"127.0.0.1:1\", connections: {min: 501, max: 501}}");
    assertDoesNotThrow(connections::check);
    assertThrows(HandedConfig.Refused.class, connections.plus(connections)::check);
    Burden checks =
        of(
            "{name: a, backends: \"127.0.0.1:1\","
                + " health: {tcp: true, interval: 10ms, timeout: 10ms}}");
    assertDoesNotThrow(checks::check);
    assertThrows(HandedConfig.Refused.class, checks.plus(checks)::check);
  }
}
