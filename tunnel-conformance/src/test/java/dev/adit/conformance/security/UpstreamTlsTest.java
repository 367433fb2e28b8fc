package dev.adit.conformance.security;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.agent.app.AgentApp;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.core.tls.CertificateAuthority;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A backend over TLS: the entry of another server, which has an authority of its own. */
@Timeout(60)
final class UpstreamTlsTest {
  @TempDir Path temporary;

  private static Status.Code call(SecureSite site, Path ca) throws IOException {
    try {
      TlsCaller.call(site.entryPort(), ca);
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  /** What status says of refused files. */
  private static String complaints(AgentApp agent) {
    return agent.status().warnings().stream()
        .filter(warning -> warning.startsWith("upstream backend, tls refused: "))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void backendIsVerifiedByTheAuthorityThatTheFileHoldsNow() throws Exception {
    Path behind = temporary.resolve("behind");
    Path front = temporary.resolve("front");
    Path authority = front.resolve("tls/backend-ca.crt");
    try (RawBackend backend = RawBackend.start(Script.answer(5))) {
      SecureSite.write(behind, backend.hostAndPort());
      try (SecureSite inner = SecureSite.start(behind)) {
        inner.startAgent().awaitFirstTunnel();
        SecureSite.write(front, "localhost:" + inner.entryPort());
        Files.writeString(
            authority,
            CertificateAuthority.pem(CertificateAuthority.create("wrong").identity().chain()));
        SecureSite.edit(
            front.resolve("agent.yaml"),
            "(?m)^  backends:.*",
            "$0\n  tls: {ca: tls/backend-ca.crt}");
        try (SecureSite outer = SecureSite.start(front)) {
          AgentApp agent = outer.startAgent();
          agent.awaitFirstTunnel();
          Path ca = front.resolve("tls/ca.crt");
          assertEquals(Status.Code.UNAVAILABLE, call(outer, ca));
          Files.copy(behind.resolve("tls/ca.crt"), authority, StandardCopyOption.REPLACE_EXISTING);
          Eventually.holds("it is reached", () -> call(outer, ca) == Status.Code.OK);
          Files.writeString(authority, "no certificate");
          Eventually.holds(
              "status says so", () -> complaints(agent).contains(authority.toString()));
          assertEquals(Status.Code.OK, call(outer, ca));
          Files.copy(behind.resolve("tls/ca.crt"), authority, StandardCopyOption.REPLACE_EXISTING);
          Eventually.holds("it is mended", () -> complaints(agent).isEmpty());
        }
      }
    }
  }
}
