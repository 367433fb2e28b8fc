package dev.adit.conformance.doctor;

import dev.adit.core.tls.TlsIdentity;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;

/** Something that listens on loopback and is no server of Adit. */
final class Listener implements AutoCloseable {
  private static final char[] NO_PASSWORD = {};
  private static final int HELD = 8;
  private static final int FULL_AFTER_MILLIS = 2000;

  /** What is done with a connection. */
  interface Script {
    void run(Socket connection) throws IOException;
  }

  private final ServerSocket socket;
  private final List<Socket> connections = new CopyOnWriteArrayList<>();

  private Listener(ServerSocket socket) {
    this.socket = socket;
  }

  private static Listener start(ServerSocket socket, Script script) {
    Listener listener = new Listener(socket);
    Thread thread = new Thread(() -> listener.accept(script), "listener");
    thread.setDaemon(true);
    thread.start();
    return listener;
  }

  private void accept(Script script) {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        connections.add(connection);
        Thread thread = new Thread(() -> run(script, connection), "listener-connection");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  private static void run(Script script, Socket connection) {
    try {
      script.run(connection);
    } catch (IOException e) {
      // The peer has gone.
    }
  }

  /** Each connection is treated as the script says. */
  static Listener start(Script script) throws IOException {
    return start(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script);
  }

  /** Answers the first bytes that come, whatever they are. */
  static Listener answering(String answer) throws IOException {
    return start(
        connection -> {
          if (connection.getInputStream().read(new byte[4096]) > 0) {
            connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
          }
        });
  }

  /** TLS with this certificate, and nothing behind it. */
  static Listener tls(TlsIdentity identity, String... alpn)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setKeyEntry(
        "own", identity.key(), NO_PASSWORD, identity.chain().toArray(Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, NO_PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    SSLServerSocket socket =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(alpn);
    socket.setSSLParameters(parameters);
    return start(
        socket,
        connection -> connection.getInputStream().transferTo(OutputStream.nullOutputStream()));
  }

  /** Takes no connection: its queue is full, so that the kernel drops what more comes. */
  static Listener dropping() throws IOException {
    Listener listener = new Listener(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    List<Socket> held = new ArrayList<>();
    for (int i = 0; i < HELD; i++) {
      Socket connection = new Socket();
      held.add(connection);
      try {
        connection.connect(listener.socket.getLocalSocketAddress(), FULL_AFTER_MILLIS);
      } catch (SocketTimeoutException e) {
        listener.connections.addAll(held);
        return listener;
      }
    }
    throw new IOException("a queue of 1 has taken " + HELD + " connections");
  }

  /** A port of loopback where nobody listens. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Passes bytes on, both ways, until one side ends. */
  static void pipe(Socket one, InetSocketAddress to) throws IOException {
    try (Socket other = new Socket(to.getAddress(), to.getPort())) {
      Thread back =
          new Thread(
              () -> run(from -> from.getInputStream().transferTo(one.getOutputStream()), other),
              "listener-pipe");
      back.setDaemon(true);
      back.start();
      one.getInputStream().transferTo(other.getOutputStream());
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket connection : connections) {
      connection.close();
    }
  }
}
