package dev.adit.conformance.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.agent.doctor.Finding;
import dev.adit.agent.doctor.steps.Step;
import dev.adit.server.app.ServerApp;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A proxy on the way to the server has a line of its own. */
@Timeout(60)
final class DoctorProxyTest extends DoctorBench {
  DoctorProxyTest() throws IOException {}

  private Map<String, String> proxy(int port) {
    return Map.of("HTTPS_PROXY", "http://127.0.0.1:" + port);
  }

  @Test
  void goodProxy() throws Exception {
    ServerApp server = startServer();
    Listener proxy =
        opened(
            Listener.start(
                connection -> {
                  readHead(connection.getInputStream());
                  connection
                      .getOutputStream()
                      .write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                  Listener.pipe(
                      connection,
                      new InetSocketAddress(
                          InetAddress.getLoopbackAddress(), server.tunnelAddress().getPort()));
                }));
    List<Finding> findings = examine(proxy(proxy.port()));
    assertGood(findings);
    assertEquals(Step.PROXY, findings.get(1).step());
  }

  private static void readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) in.read());
    }
  }

  @Test
  void absentProxy() throws Exception {
    dial("tunnel.example:8003");
    assertFails(
        examine(proxy(Listener.freePort())),
        Step.PROXY,
        "cannot be reached: connection refused",
        "HTTPS_PROXY",
        List.of(Step.DNS));
  }

  @Test
  void refusingProxy() throws Exception {
    dial("tunnel.example:8003");
    Listener proxy = opened(Listener.answering("HTTP/1.1 403 Forbidden\r\nx: y\r\n\r\n"));
    assertFails(
        examine(proxy(proxy.port())),
        Step.PROXY,
        "refuses CONNECT tunnel.example:8003 (403)",
        "allow CONNECT to tunnel.example:8003 in the proxy, or dial without it: take proxy out of",
        List.of(Step.DNS));
  }

  @Test
  void proxyThatAsksForCredentials() throws Exception {
    dial("tunnel.example:8003");
    Listener proxy = opened(Listener.answering("HTTP/1.1 407 Who Are You\r\n\r\n"));
    assertFails(
        examine(proxy(proxy.port())),
        Step.PROXY,
        "asks for credentials",
        "http://USER:PASSWORD@",
        List.of(Step.DNS));
    assertFails(
        examine(Map.of("HTTPS_PROXY", "http://me:secret@127.0.0.1:" + proxy.port())),
        Step.PROXY,
        "does not take our user and password",
        "mend them",
        List.of(Step.DNS));
  }

  /** As tinyproxy says it, which says 407 only to those who send none. */
  @Test
  void proxyThatDoesNotTakeCredentials() throws Exception {
    dial("tunnel.example:8003");
    Listener proxy = opened(Listener.answering("HTTP/1.1 401 Unauthorized\r\n\r\n"));
    assertFails(
        examine(Map.of("HTTPS_PROXY", "http://me:secret@127.0.0.1:" + proxy.port())),
        Step.PROXY,
        "does not take our user and password (401)",
        "mend them",
        List.of(Step.DNS));
  }
}
