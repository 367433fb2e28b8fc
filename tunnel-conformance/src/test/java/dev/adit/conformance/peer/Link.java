package dev.adit.conformance.peer;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A TCP link that takes time, and that can lose its connections without a word, as a NAT does: what
 * is sent is swallowed and neither end hears of it; or that takes nothing for a while from who
 * dialled. Needs no privilege. Any thread.
 */
public final class Link implements AutoCloseable {
  private static final int READ_BYTES = 64 * 1024;

  /** What arrives at once on a slow link. */
  private static final int SLOW_BYTES = 1024;

  /** What the kernel keeps of a narrow link for a receiver that does not read. */
  private static final int NARROW_BYTES = 16 * 1024;

  /** How much is under way at most in one direction of a connection. */
  private static final int IN_FLIGHT_BYTES = 32 << 20;

  // deps
  private final ServerSocket listener;
  private final long delayNanos;

  /** What a byte takes. */
  private final double byteNanos;

  private final ExecutorService threads = Executors.newCachedThreadPool(Link::thread);

  // shared
  private final ConcurrentLinkedQueue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Pipe> pipes = new ConcurrentLinkedQueue<>();
  private volatile @Nullable InetSocketAddress target;
  private volatile boolean swallowing;
  private volatile CountDownLatch shut = new CountDownLatch(0);

  private Link(ServerSocket listener, Duration delay, double byteNanos) {
    this.listener = listener;
    delayNanos = delay.toNanos();
    this.byteNanos = byteNanos;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "link");
    thread.setDaemon(true);
    return thread;
  }

  /** A link that leads nowhere before {@link #to}. */
  public static Link start(Duration oneWay) throws IOException {
    return start(new ServerSocket(), oneWay, 0);
  }

  /** The same that carries no more than so many bytes a second, each way of each connection. */
  public static Link startSlow(int bytesPerSecond) throws IOException {
    return start(new ServerSocket(), Duration.ZERO, 1e9 / bytesPerSecond);
  }

  /** The same in which there is little room, so that it is soon full once it is {@link #shut}. */
  public static Link startNarrow() throws IOException {
    ServerSocket listener = new ServerSocket();
    // Before it is bound: a connection has it from its first packet on.
    listener.setReceiveBufferSize(NARROW_BYTES);
    return start(listener, Duration.ZERO, 0);
  }

  private static Link start(ServerSocket listener, Duration oneWay, double byteNanos)
      throws IOException {
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Link link = new Link(listener, oneWay, byteNanos);
    link.threads.execute(link::acceptAll);
    return link;
  }

  /**
   * Lays the link to an address.
   *
   * @return what to dial instead
   */
  public String to(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    target =
        new InetSocketAddress(
            hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    return listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
  }

  /** Loses all connections that there are, and those that are dialled before {@link #heal}. */
  public void swallow() {
    swallowing = true;
    pipes.forEach(pipe -> pipe.lost = true);
  }

  /** Ends all connections that there are; new ones carry as before. */
  public void cut() {
    sockets.forEach(Link::closeQuietly);
  }

  /** Connections from now on carry again; those that were lost stay so. */
  public void heal() {
    swallowing = false;
  }

  /** Takes nothing from who has dialled, until {@link #open}; the other way goes on. */
  public void shut() {
    shut = new CountDownLatch(1);
  }

  public void open() {
    shut.countDown();
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket near = listener.accept();
        sockets.add(near);
        threads.execute(() -> carry(near));
      }
    } catch (IOException e) {
      // The listener was closed: the link is over.
    }
  }

  private void carry(Socket near) {
    Socket far = new Socket();
    sockets.add(far);
    try {
      far.connect(target);
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
    } catch (IOException e) {
      closeQuietly(near);
      return;
    }
    AtomicInteger open = new AtomicInteger(2);
    carry(near, far, true, open);
    carry(far, near, false, open);
  }

  private void carry(Socket from, Socket to, boolean mayBeShut, AtomicInteger open) {
    Pipe pipe = new Pipe(from, to, mayBeShut, swallowing, open);
    pipes.add(pipe);
    threads.execute(pipe::read);
    threads.execute(pipe::write);
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
    sockets.forEach(Link::closeQuietly);
    threads.shutdownNow();
  }

  /** Bytes under way; none stand for the end of the stream. */
  @SuppressWarnings("ArrayRecordComponent") // handed on once
  private record Parcel(byte[] bytes, long dueNanos) implements Delayed {
    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(dueNanos, ((Parcel) other).dueNanos);
    }
  }

  /** One direction of one connection. */
  private final class Pipe {
    private final Socket from;
    private final Socket to;
    private final boolean mayBeShut;

    /** Directions of the connection that have not ended. */
    private final AtomicInteger open;

    private final DelayQueue<Parcel> underWay = new DelayQueue<>();
    private final Semaphore room = new Semaphore(IN_FLIGHT_BYTES);
    private volatile boolean lost;
    private long lastDueNanos;

    Pipe(Socket from, Socket to, boolean mayBeShut, boolean lost, AtomicInteger open) {
      this.from = from;
      this.to = to;
      this.mayBeShut = mayBeShut;
      this.lost = lost;
      this.open = open;
      lastDueNanos = System.nanoTime();
    }

    void read() {
      byte[] bytes = new byte[byteNanos > 0 ? SLOW_BYTES : READ_BYTES];
      try {
        InputStream in = from.getInputStream();
        for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
          if (mayBeShut) {
            shut.await();
          }
          send(Arrays.copyOf(bytes, read));
        }
        send(new byte[0]);
      } catch (IOException e) {
        underWay.add(new Parcel(new byte[0], System.nanoTime()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** In order: no two parcels are due at the same time. */
    private void send(byte[] bytes) throws InterruptedException {
      if (lost) {
        return;
      }
      room.acquire(bytes.length);
      long takes = Math.max(1, (long) (bytes.length * byteNanos));
      lastDueNanos = Math.max(lastDueNanos, System.nanoTime() + delayNanos) + takes;
      underWay.add(new Parcel(bytes, lastDueNanos));
    }

    void write() {
      boolean taken = true;
      try {
        while (true) {
          Parcel parcel = underWay.take();
          room.release(parcel.bytes().length);
          if (lost) {
            continue;
          }
          if (parcel.bytes().length == 0) {
            end();
            return;
          }
          taken = taken && tryWrite(parcel.bytes());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /**
     * False if nobody is there any more: what was sent the other way before arrives all the same.
     */
    private boolean tryWrite(byte[] bytes) {
      try {
        to.getOutputStream().write(bytes);
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    /** This direction is over; a close of both would throw away what the other still brings. */
    private void end() {
      try {
        to.shutdownOutput();
      } catch (IOException e) {
        // It is over already.
      }
      if (open.decrementAndGet() == 0) {
        closeQuietly(from);
        closeQuietly(to);
      }
    }
  }
}
