package dev.adit.core.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.admin.AdminClient.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What operators are told when they ask the wrong address. */
final class AdminClientTest {
  private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

  private static String said(AdminClient client) {
    return said(client, Program.SERVER);
  }

  private static String said(AdminClient client, Program program) {
    IOException failure = assertThrows(IOException.class, () -> client.status(program));
    return String.valueOf(failure.getMessage());
  }

  /** What a client says of a peer that answers every connection so. */
  private static String said(byte[] answer) throws Exception {
    return said(answer, Program.SERVER);
  }

  private static String said(byte[] answer, Program program) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread peer =
          new Thread(
              () -> {
                try {
                  while (true) {
                    try (Socket socket = listener.accept()) {
                      socket.getInputStream().read();
                      socket.getOutputStream().write(answer);
                    }
                  }
                } catch (IOException e) {
                  // The test is over.
                }
              });
      peer.setDaemon(true);
      peer.start();
      String address = "127.0.0.1:" + listener.getLocalPort();
      AdminClient client = new AdminClient(address, null);
      return said(client, program).replace(address, "ADDR");
    }
  }

  private static void assertWrongPort(String said) {
    assertTrue(
        said.startsWith(
            "ADDR does not answer as an admin port does: is that its admin.listen? (--admin ADDR"),
        said);
  }

  @Test
  void portThatSpeaksHttp2() throws Exception {
    assertWrongPort(said(SETTINGS));
  }

  @Test
  void portThatHangsUp() throws Exception {
    assertWrongPort(said(new byte[0]));
  }

  @Test
  void portOfAnotherHttpServer() throws Exception {
    String page = "HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nwhat";
    assertEquals("ADDR/status answers 404: what", said(page.getBytes(StandardCharsets.US_ASCII)));
  }

  private static byte[] json(String body) {
    String page = "HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
    return page.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void portOfTheOtherProgram() throws Exception {
    assertEquals(
        "ADDR is the admin port of an agent: use tunnel-agent status, or name the one of a server"
            + " (--admin ADDR)",
        said(json("{\"state\": \"running\", \"agent\": \"shop-1\"}"), Program.SERVER));
    assertEquals(
        "ADDR is the admin port of a server: use tunnel-server status, or name the one of an agent"
            + " (--admin ADDR)",
        said(json("{\"state\": \"running\", \"serverId\": \"s\"}"), Program.AGENT));
  }

  @Test
  void portOfAProgramThatIsNeither() throws Exception {
    for (String page : List.of("{}", "", "null", "[]", "{\"agent\"", "7")) {
      assertEquals(
          "ADDR/status is no admin port of this kind", said(json(page), Program.AGENT), page);
    }
  }

  @Test
  void portThatNeverAnswers() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + silent.getLocalPort();
      AdminClient client = new AdminClient(address, null, "--server", null, Duration.ofSeconds(1));
      assertEquals(
          address + " has not answered for 1 s: is that its admin.listen? (--server ADDR)",
          said(client));
    }
  }

  @Test
  void portThatNobodyHas() throws Exception {
    int free;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = listener.getLocalPort();
    }
    AdminClient client = new AdminClient("127.0.0.1:" + free, null);
    assertEquals(
        "nothing listens on 127.0.0.1:"
            + free
            + ": is it running, and is that its admin.listen? (--admin ADDR)",
        said(client));
  }

  @Test
  void addressThatIsNone() {
    AdminClient client = new AdminClient("no address", null);
    assertEquals("'no address' is not HOST:PORT", said(client));
  }

  /** As of containers the second; Java asks by a URI, and no URI has such a host. */
  @Test
  void nameThatHasNoAddressIsToldSo() {
    for (String address : List.of("nowhere.invalid:1", "no_where.invalid:1")) {
      assertEquals(
          "the name in " + address + " has no address: is that its admin.listen? (--admin ADDR)",
          said(new AdminClient(address, null)));
    }
  }
}
