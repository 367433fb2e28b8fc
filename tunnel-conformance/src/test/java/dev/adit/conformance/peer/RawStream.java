package dev.adit.conformance.peer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One stream of a {@link RawConnection}. */
public final class RawStream {
  private static final int WAIT_SECONDS = 10;
  private static final int MAX_FRAME = 16_384;
  private static final int PADDED_BYTES = 256;

  // deps
  private final RawConnection connection;
  private final int id;

  // shared: thread-safe by itself
  private final BlockingQueue<StreamEvent> events = new LinkedBlockingQueue<>();

  // guarded by the connection
  long sendWindow;

  RawStream(RawConnection connection, int id, long sendWindow) {
    this.connection = connection;
    this.id = id;
    this.sendWindow = sendWindow;
  }

  public int id() {
    return id;
  }

  public RawConnection connection() {
    return connection;
  }

  void told(StreamEvent event) {
    events.add(event);
  }

  /** Writes HEADERS, and CONTINUATION where they are long. */
  public void head(List<Field> fields, boolean last) throws IOException {
    byte[] block = HeaderBlock.encode(fields);
    int flags = last ? RawFrame.END_STREAM : 0;
    if (block.length <= MAX_FRAME) {
      connection.send(RawFrame.HEADERS, flags | RawFrame.END_HEADERS, id, block);
      return;
    }
    connection.send(RawFrame.HEADERS, flags, id, Arrays.copyOf(block, MAX_FRAME));
    for (int from = MAX_FRAME; from < block.length; from += MAX_FRAME) {
      int to = Math.min(block.length, from + MAX_FRAME);
      connection.send(
          RawFrame.CONTINUATION,
          to == block.length ? RawFrame.END_HEADERS : 0,
          id,
          Arrays.copyOfRange(block, from, to));
    }
  }

  /** Writes DATA; waits for window. */
  public void data(byte[] bytes, boolean last) throws IOException {
    int from = 0;
    do {
      int take = connection.takeWindow(this, Math.min(MAX_FRAME, bytes.length - from));
      boolean end = last && from + take == bytes.length;
      connection.send(
          RawFrame.DATA,
          end ? RawFrame.END_STREAM : 0,
          id,
          Arrays.copyOfRange(bytes, from, from + take));
      from += take;
    } while (from < bytes.length);
  }

  /**
   * Writes DATA with padding; waits for window. A frame goes out whole, so frames are small enough
   * for the smallest window.
   */
  public void paddedData(byte[] bytes, int padding, boolean last) throws IOException {
    int from = 0;
    do {
      int length = Math.min(PADDED_BYTES, bytes.length - from);
      boolean end = last && from + length == bytes.length;
      byte[] payload = new byte[1 + length + padding];
      payload[0] = (byte) padding;
      System.arraycopy(bytes, from, payload, 1, length);
      int taken = 0;
      while (taken < payload.length) {
        taken += connection.takeWindow(this, payload.length - taken);
      }
      int flags = RawFrame.PADDED | (end ? RawFrame.END_STREAM : 0);
      connection.send(RawFrame.DATA, flags, id, payload);
      from += length;
    } while (from < bytes.length);
  }

  public void reset(int code) throws IOException {
    connection.send(RawFrame.RST_STREAM, 0, id, RawFrame.numbers(code));
  }

  /** Lets the peer send more on this stream. */
  public void grant(int bytes) throws IOException {
    connection.send(RawFrame.WINDOW_UPDATE, 0, id, RawFrame.numbers(bytes));
  }

  /** Bytes that the peer lets us send on this stream now. */
  public long window() {
    synchronized (connection) {
      return sendWindow;
    }
  }

  /** The next thing the peer does here. */
  public StreamEvent next() {
    try {
      StreamEvent event = events.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("nothing on stream " + id + " for " + WAIT_SECONDS + " s");
      }
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for stream " + id, e);
    }
  }

  /** The next thing, which is a head. */
  public List<Field> nextHead() {
    StreamEvent event = next();
    if (event instanceof StreamEvent.Head head) {
      return head.fields();
    }
    throw new AssertionError("expected HEADERS on stream " + id + ", got " + event);
  }

  /** The next thing, which is data. */
  public byte[] nextData() {
    StreamEvent event = next();
    if (event instanceof StreamEvent.Data data) {
      return data.bytes();
    }
    throw new AssertionError("expected DATA on stream " + id + ", got " + event);
  }

  /** The code of the RST_STREAM that comes, whatever comes before. */
  public int awaitReset() {
    for (StreamEvent event = next(); ; event = next()) {
      if (event instanceof StreamEvent.Reset reset) {
        return reset.code();
      }
      if (event instanceof StreamEvent.Lost lost) {
        throw new AssertionError("expected RST_STREAM on stream " + id + ", got " + lost);
      }
    }
  }

  /** Collects what comes until the stream has ended, one way or the other. */
  public Answer answer() {
    List<List<Field>> informational = new ArrayList<>();
    List<Field> head = List.of();
    boolean headWasLast = false;
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    @Nullable List<Field> trailers = null;
    while (true) {
      StreamEvent event = next();
      if (event instanceof StreamEvent.Reset reset) {
        return new Answer(
            informational, head, headWasLast, body.toByteArray(), trailers, reset.code());
      }
      if (event instanceof StreamEvent.Lost lost) {
        throw new AssertionError("the connection ended under stream " + id + ": " + lost.why());
      }
      if (event instanceof StreamEvent.Data data) {
        body.writeBytes(data.bytes());
      } else if (event instanceof StreamEvent.Head fields) {
        String status = Field.value(fields.fields(), ":status");
        if (status == null) {
          trailers = fields.fields();
        } else if (status.startsWith("1")) {
          informational.add(fields.fields());
        } else {
          head = fields.fields();
          headWasLast = fields.last();
        }
      }
      if (event.last()) {
        return new Answer(informational, head, headWasLast, body.toByteArray(), trailers, null);
      }
    }
  }
}
