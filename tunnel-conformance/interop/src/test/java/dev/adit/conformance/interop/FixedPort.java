package dev.adit.conformance.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;

/** Ports for backends that come and go while an agent knows them by address. */
final class FixedPort {
  /** Below the ports that the system gives away by itself, so that none is taken in between. */
  private static final int FIRST = 20_000;

  private static final int COUNT = 10_000;
  private static final int TRIES = 100;

  private FixedPort() {}

  /** A port that is free now. */
  static int choose() throws IOException {
    Random random = new Random();
    IOException last = new IOException("no try");
    for (int i = 0; i < TRIES; i++) {
      int port = FIRST + random.nextInt(COUNT);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }
}
