package dev.adit.conformance.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Scrape;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Callers that dial the tunnel's port, and agents that dial the entry. */
@Timeout(60)
final class WrongPortTest {
  @TempDir Path temporary;

  private Path directory;
  private RawBackend backend;
  private SecureSite site;

  @BeforeEach
  void startSite() throws Exception {
    backend = RawBackend.start(Script.answer(5));
    directory = temporary.resolve("adit");
    SecureSite.write(directory, backend.hostAndPort());
    site = SecureSite.start(directory);
    site.startAgent().awaitFirstTunnel();
  }

  @AfterEach
  void stopSite() throws IOException {
    site.close();
    backend.close();
  }

  private double forbidden() throws IOException {
    return Scrape.sum(site.admin(), "adit_calls_total", "\"forbidden\"");
  }

  private void assertUnharmed() throws IOException {
    assertEquals(0, TlsCaller.call(site.entryPort(), directory.resolve("tls/ca.crt")).length);
    assertEquals(List.of("agent-1"), site.connected());
  }

  @Test
  void callerAtTheTunnelsPortIsToldThatItIsNoPlaceForCalls() throws Exception {
    StatusRuntimeException refused =
        assertThrows(
            StatusRuntimeException.class,
            () -> TlsCaller.call(site.tunnelPort(), directory.resolve("tls/ca.crt")));
    assertEquals(Status.Code.UNIMPLEMENTED, refused.getStatus().getCode());
    assertEquals(0, backend.requests());
    assertUnharmed();
  }

  /** The rule of this site takes every call, and the agent's token must not reach a backend. */
  @Test
  void agentAtTheEntryIsRefusedWhateverTheRulesSay() throws Exception {
    site.startAgent(site.entryPort());
    Eventually.holds("it is refused", () -> forbidden() > 0);
    assertEquals(0, backend.requests());
    assertUnharmed();
  }
}
