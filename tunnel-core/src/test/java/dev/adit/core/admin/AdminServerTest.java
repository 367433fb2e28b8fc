package dev.adit.core.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.testing.logging.LoggedLines;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** Who may connect to the admin port. */
final class AdminServerTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @Test
  void hostWithTooManyConnectionsIsRefusedAndTheLogSaysSo() throws IOException {
    AdminSite site =
        new AdminSite(
            Map.of("/healthz", () -> AdminPage.text(200, "ok\n")),
            Map.of(),
            Map.of(),
            Map.of(),
            Set.of());
    List<Socket> held = new ArrayList<>();
    try (AdminServer server = AdminServer.start(ANY, () -> null, site);
        LoggedLines lines = new LoggedLines("dev.adit.core.http2.flood.FloodLog", Level.INFO)) {
      for (int i = 0; i < AdminServer.MAX_CONNECTIONS_OF_ONE; i++) {
        held.add(dial(server));
      }
      try (Socket other = dial(server)) {
        assertEquals(-1, other.getInputStream().read());
      }
      String from = "a connection to the admin port from 127.0.0.1:";
      String why = " is ended: limit maxConnectionsPerAddress passed";
      assertEquals(1, lines.all().size());
      String line = lines.all().get(0);
      assertTrue(line.contains(from) && line.endsWith(why), line);
    } finally {
      for (Socket each : held) {
        each.close();
      }
    }
  }

  private static Socket dial(AdminServer server) throws IOException {
    Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }
}
