package dev.adit.conformance.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Ports for backends that come and go while an agent knows them by address. */
final class FixedPort {
  /** Below the ports that the system gives away by itself, so that none is taken in between. */
  private static final int FIRST = 20_000;

  private static final int COUNT = 10_000;
  private static final int TRIES = 100;
  private static final long RELEASE_NANOS = TimeUnit.SECONDS.toNanos(5);

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

  /**
   * Waits until a server that has just been shut down has let go of its port, which it does in the
   * background.
   */
  static void awaitFree(int port) {
    long end = System.nanoTime() + RELEASE_NANOS;
    while (true) {
      try (ServerSocket socket = new ServerSocket(port)) {
        assert socket.isBound();
        return;
      } catch (IOException e) {
        if (System.nanoTime() - end > 0) {
          throw new UncheckedIOException("port " + port + " is still taken", e);
        }
        Thread.onSpinWait();
      }
    }
  }

  /**
   * Whether a server that has been shut down lets go of its connections. grpc-java's can keep one
   * that it had just accepted, and take calls on it that nobody answers.
   */
  static boolean letsGo(int port) {
    long end = System.nanoTime() + RELEASE_NANOS;
    while (isConnected(port)) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  /** As Linux lists it: local address, remote address, state, the first in hexadecimal. */
  static boolean isConnected(int port) {
    Pattern established =
        Pattern.compile(String.format(Locale.ROOT, "\\s*\\d+: \\w+:%04X \\w+:\\w+ 01 .*", port));
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      try (Stream<String> lines = Files.lines(Path.of(table))) {
        if (lines.anyMatch(line -> established.matcher(line).matches())) {
          return true;
        }
      } catch (IOException e) {
        return false;
      }
    }
    return false;
  }
}
