package dev.adit.conformance.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend that treats each request as its script says, in a thread of its own. */
public final class RawBackend implements AutoCloseable {
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int LARGE_WINDOW = 1 << 30;
  private static final int WAIT_SECONDS = 10;

  /** What a backend does with one request; the head has not been taken yet. */
  public interface Script {
    void run(RawStream stream) throws IOException;

    /** A gRPC answer with a body of so many bytes; waits for window. */
    static Script answer(int bodyBytes) {
      return stream -> {
        stream.nextHead();
        stream.head(Field.list(":status", "200", "content-type", "application/grpc"), false);
        stream.data(new byte[bodyBytes], false);
        stream.head(Field.list("grpc-status", "0"), true);
      };
    }
  }

  // deps
  private final ServerSocket listener;
  private final byte[] settings;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "backend-script");
            thread.setDaemon(true);
            return thread;
          });

  // shared
  private volatile Script script;
  private volatile boolean closed;
  private final List<RawConnection> connections = new CopyOnWriteArrayList<>();
  private final BlockingQueue<RawStream> arrived = new LinkedBlockingQueue<>();
  private final AtomicInteger requests = new AtomicInteger();

  private RawBackend(ServerSocket listener, byte[] settings, Script script) {
    this.listener = listener;
    this.settings = settings;
    this.script = script;
  }

  /** Listens on any port; nothing holds callers back. */
  public static RawBackend start(Script script) throws IOException {
    return start(RawFrame.settings(INITIAL_WINDOW_SIZE, LARGE_WINDOW), script);
  }

  /** Listens where another did that was closed. */
  public static RawBackend restart(RawBackend former) throws IOException {
    return start(
        former.listener.getLocalPort(),
        RawFrame.settings(INITIAL_WINDOW_SIZE, LARGE_WINDOW),
        former.script);
  }

  /** The same with SETTINGS of the test's own. */
  public static RawBackend start(byte[] settings, Script script) throws IOException {
    return start(0, settings, script);
  }

  private static RawBackend start(int port, byte[] settings, Script script) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    RawBackend backend = new RawBackend(listener, settings, script);
    backend.threads.execute(backend::acceptAll);
    return backend;
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket socket = listener.accept();
        execute(() -> serve(socket));
      }
    } catch (IOException e) {
      // The listener was closed: the backend is over.
    }
  }

  /** Nothing is begun any more by a backend that has been closed. */
  private void execute(Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      if (!closed) {
        throw e;
      }
    }
  }

  private void serve(Socket socket) {
    try {
      connections.add(RawConnection.accept(socket, settings, this::onStream));
    } catch (IOException e) {
      // Somebody who dialled and left.
    }
  }

  private void onStream(RawStream stream) {
    requests.incrementAndGet();
    Script now = script;
    execute(
        () -> {
          try {
            now.run(stream);
          } catch (IOException e) {
            // The peer has gone, which the test sees from its own end.
          } catch (AssertionError e) {
            if (!closed) {
              throw e;
            }
            // Interrupted at its work, as is to be expected of a backend that dies.
          }
        });
  }

  /** What is done with requests that come from now on. */
  public void script(Script next) {
    script = next;
  }

  /** Hands a request over to the test, as a step of a script. */
  public void handOver(RawStream stream) {
    arrived.add(stream);
  }

  /** The next request that a script handed over. */
  public RawStream awaitRequest() {
    try {
      RawStream stream = arrived.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      if (stream == null) {
        throw new AssertionError("no request reached the backend in " + WAIT_SECONDS + " s");
      }
      return stream;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Requests that were handed over and nobody took. */
  public int awaitingRequests() {
    return arrived.size();
  }

  /** Requests since the start. */
  public int requests() {
    return requests.get();
  }

  /** Every connection that was accepted. */
  public List<RawConnection> connections() {
    return List.copyOf(connections);
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /** Where it listens, {@code HOST:PORT}. */
  public String hostAndPort() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
    for (RawConnection connection : connections) {
      connection.close();
    }
    threads.shutdownNow();
  }
}
