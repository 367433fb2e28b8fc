package dev.adit.core.process;

import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loops of a process and the channel types that fit them: epoll where the kernel and the
 * native library are there, else NIO.
 *
 * @param group all loops
 * @param notSentLowat TCP_NOTSENT_LOWAT where there is one; null elsewhere
 */
public record EventLoops(
    EventLoopGroup group,
    Class<? extends SocketChannel> channelType,
    Class<? extends ServerChannel> serverChannelType,
    @Nullable ChannelOption<Long> notSentLowat) {
  private static final long QUIET_MILLIS = 0;
  private static final long SHUTDOWN_SECONDS = 2;

  /**
   * Starts loops.
   *
   * @param count how many, at least 1
   * @param name the threads' name
   */
  public static EventLoops start(int count, String name) {
    DefaultThreadFactory threads = new DefaultThreadFactory(name, true);
    if (Epoll.isAvailable()) {
      return new EventLoops(
          newGroup(count, threads, EpollIoHandler.newFactory()),
          EpollSocketChannel.class,
          EpollServerSocketChannel.class,
          EpollChannelOption.TCP_NOTSENT_LOWAT);
    }
    return new EventLoops(
        newGroup(count, threads, NioIoHandler.newFactory()),
        NioSocketChannel.class,
        NioServerSocketChannel.class,
        null);
  }

  /**
   * A line on why {@link #start} does without the native code that there is for this system, which
   * makes each call cost more; empty where it does not, or was told to.
   */
  public static String nativeProblem() {
    @Nullable Throwable cause = Epoll.unavailabilityCause();
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    // A file that is not found is the code itself, which there is not for every system.
    String why =
        cause instanceof IOException failure && !(cause instanceof FileNotFoundException)
            ? FileFailure.text(failure)
            : cause instanceof UnsatisfiedLinkError ? String.valueOf(cause.getMessage()) : "";
    return why.isEmpty()
        ? ""
        : "native code cannot be used, so that calls cost more: "
            + why
            + "; let files in "
            + System.getProperty("io.netty.native.workdir", System.getProperty("java.io.tmpdir"))
            + " be written and executed (no noexec), or name another directory:"
            + " JAVA_OPTS=-Dio.netty.native.workdir=DIR";
  }

  private static EventLoopGroup newGroup(
      int count, DefaultThreadFactory threads, IoHandlerFactory transport) {
    return new MultiThreadIoEventLoopGroup(count, threads, transport);
  }

  /** The loops in a fixed order. */
  public List<EventLoop> all() {
    List<EventLoop> loops = new ArrayList<>();
    group.forEach(executor -> loops.add((EventLoop) executor));
    return loops;
  }

  /** Ends the loops and what still lives on them; waits up to {@value #SHUTDOWN_SECONDS} s. */
  public void close() {
    group
        .shutdownGracefully(QUIET_MILLIS, SHUTDOWN_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
  }
}
