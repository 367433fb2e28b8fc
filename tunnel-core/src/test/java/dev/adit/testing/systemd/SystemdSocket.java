package dev.adit.testing.systemd;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Hears what services say, on a datagram socket as systemd has one. */
public final class SystemdSocket implements AutoCloseable {
  private static final Duration BOUND = Duration.ofSeconds(40);

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  public SystemdSocket(Path path) {
    listen(path.toString());
  }

  /** Listens at another address too; a first character of 0 means the abstract namespace. */
  public void listen(String address) {
    new Bootstrap()
        .group(loop)
        .channel(EpollDomainDatagramChannel.class)
        .handler(
            new SimpleChannelInboundHandler<DomainDatagramPacket>() {
              @Override
              protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                told.add(packet.content().toString(StandardCharsets.UTF_8));
              }
            })
        .bind(new DomainSocketAddress(address))
        .syncUninterruptibly();
  }

  /** Passes over what does not fit until something does, which comes back. */
  public String await(Predicate<String> wanted) throws InterruptedException {
    List<String> others = new ArrayList<>();
    long end = System.nanoTime() + BOUND.toNanos();
    while (true) {
      String next = told.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null) {
        throw new AssertionError("systemd was told only " + others);
      }
      if (wanted.test(next)) {
        return next;
      }
      others.add(next);
    }
  }

  /** What comes next. */
  public String next() throws InterruptedException {
    return await(any -> true);
  }

  /** Whether nothing is left that came and was not taken. */
  public boolean isSilent() {
    return told.isEmpty();
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
