package dev.adit.conformance.doctor;

import dev.adit.agent.doctor.steps.Step;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each backend has a line of its own, whatever is wrong with it. */
@Timeout(60)
final class DoctorBackendTest extends DoctorBench {
  DoctorBackendTest() throws IOException {}

  /** The server is good; what its line of the backend says. */
  private void assertBackendFails(String found, String cure) throws Exception {
    startServer();
    List<Step> good = new ArrayList<>(TO_TOKEN);
    good.addAll(List.of(Step.TOKEN, Step.GROUP, Step.HEARTBEAT));
    assertFails(examine(), Step.BACKEND, found, cure, good);
  }

  private void backend(int port, String more) throws IOException {
    edit(
        "agent.yaml",
        "(?s)  backends: .*",
        "  backends: [\"localhost:" + port + "\"]\n  " + more + "\n");
  }

  @Test
  void backendThatIsNotThere() throws Exception {
    int port = Listener.freePort();
    backend(port, "");
    assertBackendFails(
        "connection refused", "start the backend there, or mend the address localhost:" + port);
  }

  @Test
  void backendWithoutHttp2() throws Exception {
    backend(opened(Listener.answering("HTTP/1.1 400 Bad Request\r\n\r\n")).port(), "");
    assertBackendFails("the backend speaks HTTP/1.1", "with prior knowledge");
  }

  @Test
  void backendWhoseTlsFails() throws Exception {
    TlsIdentity strange =
        CertificateAuthority.create("strange").issue(List.of("localhost"), Duration.ofHours(1));
    backend(opened(Listener.tls(strange, "h2")).port(), "tls: {ca: tls/ca.crt}");
    assertBackendFails("is signed by 'CN=strange'", "tls of upstream");
  }

  @Test
  void backendThatDoesNotServe() throws Exception {
    byte[] notServing = {0, 0, 0, 0, 2, 8, 2};
    RawBackend unwell =
        opened(
            RawBackend.start(
                stream -> {
                  stream.nextHead();
                  stream.head(
                      Field.list(":status", "200", "content-type", "application/grpc"), false);
                  stream.data(notServing, false);
                  stream.head(Field.list("grpc-status", "0"), true);
                }));
    backend(unwell.address().getPort(), "health: {grpc: \"\"}");
    assertBackendFails("it says that it does not serve", "look into the backend's log");
  }
}
