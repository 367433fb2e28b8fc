package dev.adit.testing.http2;

import dev.adit.testing.http2.Http2Script.Seen;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** A backend on a real socket that says what the test tells it, when the test tells it. */
public final class FakeBackend implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;
  private static final int PREFACE_BYTES = Http2Script.PREFACE.length();

  private final ServerSocket listener;

  /** Listens on a port of its own. */
  public FakeBackend() throws IOException {
    listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    listener.setSoTimeout(PATIENCE_MILLIS);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** The next connection, greeted by these settings. */
  public Connection accept(int... settings) throws IOException {
    Connection connection = acceptSilently();
    connection.send(connection.script.settings(settings));
    connection.send(connection.script.settingsAck());
    return connection;
  }

  /** The next connection, told nothing. */
  public Connection acceptSilently() throws IOException {
    Socket socket = listener.accept();
    socket.setTcpNoDelay(true);
    return new Connection(socket);
  }

  /** Whether another connection comes within so many milliseconds. */
  public boolean isDialled(int millis) throws IOException {
    listener.setSoTimeout(millis);
    try {
      listener.accept().close();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } finally {
      listener.setSoTimeout(PATIENCE_MILLIS);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  /** One connection to the backend. */
  public static final class Connection implements AutoCloseable {
    private final Socket socket;
    private final Http2Script script = new Http2Script();
    private int preface = PREFACE_BYTES;
    private int read;

    Connection(Socket socket) {
      this.socket = socket;
    }

    /** Makes frames. */
    public Http2Script script() {
      return script;
    }

    public void send(byte[] frame) throws IOException {
      socket.getOutputStream().write(frame);
      socket.getOutputStream().flush();
    }

    /**
     * The next frame of this kind that nobody has asked for yet; frames before it are passed over.
     */
    public Seen expect(Predicate<Seen> wanted) throws IOException {
      while (true) {
        List<Seen> seen = script.seen();
        for (; read < seen.size(); read++) {
          if (wanted.test(seen.get(read))) {
            return seen.get(read++);
          }
        }
        readSome(PATIENCE_MILLIS);
      }
    }

    public Seen expect(String type, int stream) throws IOException {
      return expect(frame -> frame.type().equals(type) && frame.stream() == stream);
    }

    /** The body of a stream from here to its end. */
    public String expectBody(int stream) throws IOException {
      StringBuilder body = new StringBuilder();
      Seen data;
      do {
        data = expect("data", stream);
        body.append(data.text().get(0));
      } while (!data.last());
      return body.toString();
    }

    /** Reads what comes within so many milliseconds; what has been seen by then. */
    public List<Seen> readFor(int millis) throws IOException {
      try {
        while (true) {
          readSome(millis);
        }
      } catch (SocketTimeoutException e) {
        return script.seen();
      }
    }

    private void readSome(int millis) throws IOException {
      socket.setSoTimeout(millis);
      InputStream in = socket.getInputStream();
      byte[] bytes = new byte[64 * 1024];
      int count = in.read(bytes);
      if (count < 0) {
        throw new AssertionError("closed by the agent after " + script.seen());
      }
      int skipped = Math.min(preface, count);
      preface -= skipped;
      if (skipped < count) {
        script.read(Arrays.copyOfRange(bytes, skipped, count));
      }
    }

    /** Waits until the peer has closed the connection. */
    public void expectClosed() throws IOException {
      socket.setSoTimeout(PATIENCE_MILLIS);
      byte[] bytes = new byte[1024];
      while (socket.getInputStream().read(bytes) >= 0) {
        Thread.onSpinWait();
      }
    }

    /** Ends the connection without a word. */
    public void abort() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    @Override
    public void close() throws IOException {
      socket.close();
      script.close();
    }
  }
}
