package dev.adit.core.systemd;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a service of {@code Type=notify} tells systemd: that it is ready, that it goes away, and a
 * line for {@code systemctl status}. The form is sd_notify(3)'s; a process that systemd has not
 * started tells nobody, at no cost. Where Netty's native code is not to be had, as on processors
 * that it is not made for, systemd's own program {@code systemd-notify} does the telling.
 *
 * <p>Any thread may tell; nothing here blocks but {@link #open} and {@link #close}, for a moment.
 * Notices go out in the order in which they are told, on a thread of their own, {@code systemd}.
 * One that cannot be sent is lost, since a process must not end because nobody looks at it.
 */
public final class ServiceNotices implements AutoCloseable {

  /** Where systemd says that it listens. */
  public static final String VARIABLE = "NOTIFY_SOCKET";

  /** How often a line that is followed is looked at. */
  public static final Duration FOLLOW = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(ServiceNotices.class);
  private static final int MOST_CHARACTERS = 500;
  private static final long CLOSE_MILLIS = 1000;
  private static final long PROGRAM_MILLIS = 5000;

  /** What is left to do when all calls have ended. */
  private static final Duration AFTER_DRAIN = Duration.ofSeconds(15);

  // deps; null: nobody listens, or not that way
  private final @Nullable EventLoopGroup thread;
  private final @Nullable Channel channel;
  private final @Nullable String socketOfProgram;

  // state, confined to the channel's loop
  private String last = "";
  private boolean goingAway;
  private boolean isProgramLost;

  private ServiceNotices(
      @Nullable EventLoopGroup thread,
      @Nullable Channel channel,
      @Nullable String socketOfProgram) {
    this.thread = thread;
    this.channel = channel;
    this.socketOfProgram = socketOfProgram;
  }

  /** What runs while systemd is told of it. */
  public interface Service {
    /** Returns the exit code of the process. */
    int run(ServiceNotices systemd) throws Exception;
  }

  /** Runs a service; if it cannot start, systemd is told in a line why. */
  public static int telling(Service service) throws Exception {
    try (ServiceNotices systemd = open(System.getenv(VARIABLE))) {
      try {
        return service.run(systemd);
      } catch (Exception e) {
        systemd.status("cannot start: " + e.getMessage());
        throw e;
      }
    }
  }

  /**
   * Opens the way to systemd.
   *
   * @param socket the value of {@value #VARIABLE}: a path, or a name of the abstract namespace
   *     after {@code @}; null or empty: nobody listens
   */
  public static ServiceNotices open(@Nullable String socket) {
    if (socket == null || socket.isEmpty()) {
      return new ServiceNotices(null, null, null);
    }
    return Epoll.isAvailable() ? overChannel(socket) : byProgram(socket);
  }

  /** For whom {@link #open} has no native code. */
  static ServiceNotices byProgram(String socket) {
    EventLoopGroup thread =
        new MultiThreadIoEventLoopGroup(1, threads(), NioIoHandler.newFactory());
    return new ServiceNotices(thread, null, socket);
  }

  private static DefaultThreadFactory threads() {
    return new DefaultThreadFactory("systemd", true);
  }

  private static ServiceNotices overChannel(String socket) {
    EventLoopGroup thread =
        new MultiThreadIoEventLoopGroup(1, threads(), EpollIoHandler.newFactory());
    String path = socket.startsWith("@") ? "\0" + socket.substring(1) : socket;
    ChannelFuture connected =
        new Bootstrap()
            .group(thread)
            .channel(EpollDomainDatagramChannel.class)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(new DomainSocketAddress(path))
            .awaitUninterruptibly();
    if (!connected.isSuccess()) {
      log.warn("systemd is told nothing: {}", connected.cause().toString());
      end(thread);
      return new ServiceNotices(null, null, null);
    }
    return new ServiceNotices(thread, connected.channel(), null);
  }

  /** The process does its work. */
  public void ready(String status) {
    tell("READY=1", status);
  }

  /** A line for {@code systemctl status}; what does not fit on it is cut. */
  public void status(String status) {
    tell("", status);
  }

  /** The configuration is read anew; {@link #ready} says when that is over. */
  public void reloading(String status) {
    // nanoTime is CLOCK_MONOTONIC, which Type=notify-reload wants to be told.
    tell("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000, status);
  }

  /**
   * The process goes away; from now on no line is followed.
   *
   * @param drain how long its calls may take: where that is longer than TimeoutStopSec= of the
   *     unit, systemd waits for it
   */
  public void stopping(String status, Duration drain) {
    run(() -> goingAway = true);
    long micros = TimeUnit.MICROSECONDS.convert(drain.plus(AFTER_DRAIN));
    tell("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + micros, status);
  }

  /**
   * Looks every {@link #FOLLOW} whether the line has changed, and tells it then.
   *
   * @param status asked on the thread {@code systemd}, where it may read files
   */
  public void follow(Supplier<String> status) {
    if (thread != null) {
      thread.scheduleWithFixedDelay(
          () -> tellChanged(status), 0, FOLLOW.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Waits up to {@value #CLOSE_MILLIS} ms until what was told is sent, and ends. */
  @Override
  public void close() {
    if (channel != null) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).awaitUninterruptibly(CLOSE_MILLIS);
    }
    if (thread != null) {
      end(thread);
    }
  }

  private static void end(EventLoopGroup thread) {
    thread
        .shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void tellChanged(Supplier<String> status) {
    if (goingAway) {
      return;
    }
    try {
      String line = onOneLine(status.get());
      if (!line.equals(last)) {
        send("STATUS=" + line, line);
      }
    } catch (RuntimeException e) {
      log.warn("what systemd shows cannot be said now", e);
    }
  }

  private void tell(String state, String status) {
    String line = onOneLine(status);
    run(() -> send((state.isEmpty() ? "" : state + "\n") + "STATUS=" + line, line));
  }

  private void run(Runnable task) {
    if (thread != null) {
      thread.execute(task);
    }
  }

  private void send(String message, String line) {
    last = line;
    if (channel != null) {
      channel.writeAndFlush(Unpooled.copiedBuffer(message, StandardCharsets.UTF_8));
    } else if (socketOfProgram != null && !isProgramLost) {
      sendByProgram(message, socketOfProgram);
    }
  }

  private void sendByProgram(String message, String socket) {
    ProcessBuilder program =
        new ProcessBuilder(Stream.concat(Stream.of("systemd-notify"), message.lines()).toList())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.DISCARD);
    program.environment().put(VARIABLE, socket);
    try {
      Process process = program.start();
      if (!process.waitFor(PROGRAM_MILLIS, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      isProgramLost = true;
      log.warn("systemd is told nothing: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A line break would begin another assignment, and a status may hold what a file says. */
  private static String onOneLine(String status) {
    String line = status.strip().replaceAll("\\R", "; ").replaceAll("\\p{Cntrl}", "?");
    return line.length() > MOST_CHARACTERS ? line.substring(0, MOST_CHARACTERS - 3) + "..." : line;
  }
}
