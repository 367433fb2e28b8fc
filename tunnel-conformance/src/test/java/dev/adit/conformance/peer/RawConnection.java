package dev.adit.conformance.peer;

import io.netty.handler.codec.http2.Http2Exception;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One HTTP/2 connection, dialled or accepted. A thread of its own reads; it answers SETTINGS and
 * PING and keeps the books of windows, and nothing more.
 */
public final class RawConnection implements AutoCloseable {
  static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
  private static final int PIECE_BYTES = 64 * 1024;
  private static final int DEFAULT_WINDOW = 65_535;
  private static final int LARGE_WINDOW = 1 << 30;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int WAIT_SECONDS = 10;
  private static final int FRAME_HEAD = 9;

  // deps
  private final Socket socket;
  private final OutputStream out;

  /** Guarded by {@code out}: what is written waits. */
  private boolean gathers;

  private final Consumer<RawStream> onStream;
  private final HeaderBlock headerBlock = new HeaderBlock();

  // shared: thread-safe by themselves
  private final Map<Integer, RawStream> streams = new ConcurrentHashMap<>();
  private final BlockingQueue<RawFrame> control = new LinkedBlockingQueue<>();

  // guarded by this
  private long sendWindow = DEFAULT_WINDOW;
  private long initialWindow = DEFAULT_WINDOW;
  private int nextId = 1;
  private boolean ended;

  // set before the reader starts: only who has sent a preface may acknowledge SETTINGS
  private boolean speaks;

  private RawConnection(Socket socket, Consumer<RawStream> onStream) throws IOException {
    this.socket = socket;
    this.onStream = onStream;
    socket.setTcpNoDelay(true);
    out = new BufferedOutputStream(socket.getOutputStream(), PIECE_BYTES);
  }

  /** Dials and says what a client says first; lets the peer send as much as it likes. */
  public static RawConnection dial(SocketAddress address) throws IOException {
    return dial(address, LARGE_WINDOW);
  }

  /** The same with another window for each stream. */
  public static RawConnection dial(SocketAddress address, int window) throws IOException {
    RawConnection connection = dialSilently(address);
    connection.write(PREFACE);
    connection.begin(RawFrame.settings(INITIAL_WINDOW_SIZE, window));
    return connection;
  }

  /**
   * Dials and says nothing, not even later to what the peer says; nothing is read before {@link
   * #startReading}.
   */
  public static RawConnection dialSilently(SocketAddress address) throws IOException {
    Socket socket = new Socket();
    socket.connect(address, (int) TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
    return new RawConnection(socket, stream -> {});
  }

  /** Takes what a client says first, and answers. */
  static RawConnection accept(Socket socket, byte[] settings, Consumer<RawStream> onStream)
      throws IOException {
    RawConnection connection = new RawConnection(socket, onStream);
    byte[] preface = socket.getInputStream().readNBytes(PREFACE.length);
    if (!Arrays.equals(preface, PREFACE)) {
      throw new IOException("no HTTP/2 preface");
    }
    connection.begin(settings);
    return connection;
  }

  private void begin(byte[] settings) throws IOException {
    beginWithoutReading(settings);
    startReading();
  }

  private void beginWithoutReading(byte[] settings) throws IOException {
    speaks = true;
    send(RawFrame.SETTINGS, 0, 0, settings);
    send(RawFrame.WINDOW_UPDATE, 0, 0, RawFrame.numbers(LARGE_WINDOW));
  }

  /** Says what a client says first and reads nothing of what it lets the peer send. */
  public void beginWithoutReading() throws IOException {
    write(PREFACE);
    beginWithoutReading(RawFrame.settings(INITIAL_WINDOW_SIZE, LARGE_WINDOW));
  }

  /** Says what a client says first and no more: it will not acknowledge SETTINGS. */
  public void beginDeaf() throws IOException {
    write(PREFACE);
    send(RawFrame.SETTINGS, 0, 0, new byte[0]);
    startReading();
  }

  /** Begins to read, in a thread of its own. */
  public void startReading() {
    Thread reader = new Thread(this::read, "raw-" + socket.getLocalPort());
    reader.setDaemon(true);
    reader.start();
  }

  /** Opens a stream. */
  public RawStream open(List<Field> head, boolean last) throws IOException {
    RawStream stream = newStream();
    stream.head(head, last);
    return stream;
  }

  /** The next stream of ours, on which nothing has been written. */
  public synchronized RawStream newStream() {
    RawStream stream = new RawStream(this, nextId, initialWindow);
    nextId += 2;
    streams.put(stream.id(), stream);
    return stream;
  }

  /** Writes one frame, whatever it says. */
  public void send(int type, int flags, int streamId, byte[] payload) throws IOException {
    // In one piece: a peer may close the connection for what the frame's head says alone.
    ByteBuffer frame = ByteBuffer.allocate(FRAME_HEAD + payload.length);
    frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(streamId).put(payload);
    write(frame.array());
  }

  /** Writes any bytes. */
  public void write(byte[] bytes) throws IOException {
    synchronized (out) {
      out.write(bytes);
      if (!gathers) {
        out.flush();
      }
    }
  }

  /** What is written to a connection. */
  @FunctionalInterface
  public interface Writing {
    void write() throws IOException;
  }

  /** Writes several frames as one piece: a peer that reads has all of them at once. */
  public void inOnePiece(Writing writing) throws IOException {
    synchronized (out) {
      gathers = true;
      try {
        writing.write();
      } finally {
        gathers = false;
        out.flush();
      }
    }
  }

  synchronized int takeWindow(RawStream stream, int wanted) throws IOException {
    if (wanted == 0) {
      return 0;
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (Math.min(sendWindow, stream.sendWindow) <= 0) {
      long left = end - System.nanoTime();
      if (ended || left <= 0) {
        throw new IOException("no window on stream " + stream.id());
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
    int take = (int) Math.min(wanted, Math.min(sendWindow, stream.sendWindow));
    sendWindow -= take;
    stream.sendWindow -= take;
    return take;
  }

  /** The next frame of this type on stream 0. Others that come before are dropped. */
  public RawFrame awaitControl(int type) {
    try {
      while (true) {
        RawFrame frame = control.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (frame == null) {
          throw new AssertionError("no frame of type " + type + " in " + WAIT_SECONDS + " s");
        }
        if (frame.type() == type) {
          return frame;
        }
        if (frame.type() < 0) {
          throw new AssertionError("the connection ended without a frame of type " + type);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Waits until the peer has closed the connection; returns the code of its last GOAWAY, or -1. */
  public int awaitClosed() {
    int code = -1;
    try {
      while (true) {
        RawFrame frame = control.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (frame == null) {
          throw new AssertionError("the connection was not closed in " + WAIT_SECONDS + " s");
        }
        if (frame.type() == RawFrame.GOAWAY) {
          code = frame.number(4);
        }
        if (frame.type() < 0) {
          control.add(frame);
          return code;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private void read() {
    String why = "closed by us";
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(socket.getInputStream()))) {
      while (true) {
        take(readFrame(in), in);
      }
    } catch (EOFException e) {
      why = "closed by the peer";
    } catch (IOException | Http2Exception e) {
      why = String.valueOf(e.getMessage());
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
    control.add(new RawFrame(-1, 0, 0, new byte[0]));
    for (RawStream stream : streams.values()) {
      stream.told(new StreamEvent.Lost(why));
    }
  }

  private static RawFrame readFrame(DataInputStream in) throws IOException {
    int lengthAndType = in.readInt();
    int flags = in.readUnsignedByte();
    int streamId = in.readInt() & Integer.MAX_VALUE;
    byte[] payload = new byte[lengthAndType >>> 8];
    in.readFully(payload);
    return new RawFrame(lengthAndType & 0xff, flags, streamId, payload);
  }

  private void take(RawFrame frame, DataInputStream in) throws IOException, Http2Exception {
    switch (frame.type()) {
      case RawFrame.HEADERS -> {
        byte[] block = withoutPadding(frame);
        if (!frame.has(RawFrame.END_HEADERS)) {
          block = withContinuations(block, in);
        }
        List<Field> fields = headerBlock.decode(frame.streamId(), block);
        stream(frame.streamId()).told(new StreamEvent.Head(fields, frame.has(RawFrame.END_STREAM)));
      }
      case RawFrame.DATA ->
          stream(frame.streamId())
              .told(new StreamEvent.Data(withoutPadding(frame), frame.has(RawFrame.END_STREAM)));
      case RawFrame.RST_STREAM ->
          stream(frame.streamId()).told(new StreamEvent.Reset(frame.number(0)));
      case RawFrame.SETTINGS -> takeSettings(frame);
      case RawFrame.WINDOW_UPDATE -> grow(frame.streamId(), frame.number(0));
      case RawFrame.PING -> {
        if (!frame.has(RawFrame.ACK)) {
          send(RawFrame.PING, RawFrame.ACK, 0, frame.payload());
        }
        control.add(frame);
      }
      default -> control.add(frame);
    }
  }

  private static byte[] withContinuations(byte[] first, DataInputStream in) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.writeBytes(first);
    RawFrame more;
    do {
      more = readFrame(in);
      block.writeBytes(more.payload());
    } while (!more.has(RawFrame.END_HEADERS));
    return block.toByteArray();
  }

  private static byte[] withoutPadding(RawFrame frame) {
    byte[] payload = frame.payload();
    int start = 0;
    int end = payload.length;
    if (frame.has(RawFrame.PADDED)) {
      start = 1;
      end -= payload[0] & 0xff;
    }
    if (frame.type() == RawFrame.HEADERS && frame.has(RawFrame.HAS_PRIORITY)) {
      start += 5;
    }
    return Arrays.copyOfRange(payload, start, end);
  }

  private RawStream stream(int id) {
    RawStream known = streams.get(id);
    if (known != null) {
      return known;
    }
    RawStream made;
    synchronized (this) {
      made = new RawStream(this, id, initialWindow);
    }
    streams.put(id, made);
    onStream.accept(made);
    return made;
  }

  private void takeSettings(RawFrame frame) throws IOException {
    if (frame.has(RawFrame.ACK)) {
      return;
    }
    ByteBuffer settings = ByteBuffer.wrap(frame.payload());
    while (settings.hasRemaining()) {
      int id = settings.getShort();
      int value = settings.getInt();
      if (id == INITIAL_WINDOW_SIZE) {
        changeInitialWindow(value);
      }
    }
    if (speaks) {
      send(RawFrame.SETTINGS, RawFrame.ACK, 0, new byte[0]);
    }
    control.add(frame);
  }

  private synchronized void changeInitialWindow(int value) {
    for (RawStream stream : new ArrayList<>(streams.values())) {
      stream.sendWindow += value - initialWindow;
    }
    initialWindow = value;
    notifyAll();
  }

  private synchronized void grow(int streamId, int bytes) {
    if (streamId == 0) {
      sendWindow += bytes;
    } else {
      RawStream stream = streams.get(streamId);
      if (stream != null) {
        stream.sendWindow += bytes;
      }
    }
    notifyAll();
  }

  public InetSocketAddress localAddress() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  /** Closes the socket under whatever runs. */
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
