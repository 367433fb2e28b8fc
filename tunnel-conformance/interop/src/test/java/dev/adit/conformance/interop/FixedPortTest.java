package dev.adit.conformance.interop;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Test;

/** Connections that a server leaves behind are seen. */
public final class FixedPortTest {
  @Test
  public void connectionIsSeenAsLongAsTheServerHoldsIt() throws IOException {
    assumeTrue("SKIPPED, not passed: no /proc/net/tcp", Files.exists(Path.of("/proc/net/tcp")));
    int port;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = listener.getLocalPort();
      assertFalse(FixedPort.isConnected(port));
      try (Socket client = new Socket(listener.getInetAddress(), port);
          Socket held = listener.accept()) {
        assertTrue(client.isConnected() && held.isConnected());
        assertTrue(FixedPort.isConnected(port));
      }
    }
    assertTrue(FixedPort.letsGo(port));
  }
}
