package dev.adit.conformance.fault.link;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A TCP link with little room, from which nothing that its dialler sends is taken while it is shut;
 * the other way is always open. Any thread.
 */
final class Valve implements AutoCloseable {
  private static final int ROOM_BYTES = 16 * 1024;

  // deps
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newCachedThreadPool(Valve::thread);

  // shared
  private final ConcurrentLinkedQueue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private volatile InetSocketAddress target = new InetSocketAddress(0);
  private volatile CountDownLatch shut = new CountDownLatch(0);

  private Valve(ServerSocket listener) {
    this.listener = listener;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "valve");
    thread.setDaemon(true);
    return thread;
  }

  /** One that is open and leads nowhere before {@link #to}. */
  static Valve start() throws IOException {
    ServerSocket listener = new ServerSocket();
    // Before it is bound: a connection has it from its first packet on.
    listener.setReceiveBufferSize(ROOM_BYTES);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Valve valve = new Valve(listener);
    valve.threads.execute(valve::acceptAll);
    return valve;
  }

  /**
   * Lays the link to an address.
   *
   * @return what to dial instead
   */
  String to(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    target =
        new InetSocketAddress(
            hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    return listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
  }

  void shut() {
    shut = new CountDownLatch(1);
  }

  void open() {
    shut.countDown();
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket near = listener.accept();
        Socket far = new Socket();
        far.connect(target);
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        sockets.add(near);
        sockets.add(far);
        threads.execute(() -> carry(near, far, true));
        threads.execute(() -> carry(far, near, false));
      }
    } catch (IOException e) {
      // The listener was closed: the link is over.
    }
  }

  private void carry(Socket from, Socket to, boolean mayBeShut) {
    byte[] bytes = new byte[ROOM_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        if (mayBeShut) {
          shut.await();
        }
        out.write(bytes, 0, read);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      closeQuietly(to);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no more use either way.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    sockets.forEach(Valve::closeQuietly);
    threads.shutdownNow();
  }
}
