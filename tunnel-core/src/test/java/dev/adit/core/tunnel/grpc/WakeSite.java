package dev.adit.core.tunnel.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Both ends, and what the tunnel knows of its calls. */
final class WakeSite implements AutoCloseable {
  static final int ACCEPTED = 40;
  static final int ANSWER = 70;
  static final int END = -1;

  private static final IntegerUnixChannelOption LOWAT =
      new IntegerUnixChannelOption("SO_RCVLOWAT", 1, 18);

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final BlockingQueue<Integer> read = new ArrayBlockingQueue<>(100);
  private final CompletableFuture<WakeThreshold> accepted = new CompletableFuture<>();
  final Socket agent = new Socket();
  final Channel channel;
  final WakeThreshold threshold;
  volatile boolean lone;
  volatile boolean idle = true;
  volatile boolean leftAlone;

  WakeSite(long soonNanos, long limitNanos) throws Exception {
    this(soonNanos, limitNanos, true);
  }

  WakeSite(long soonNanos, long limitNanos, boolean follows) throws Exception {
    CompletableFuture<Channel> child = new CompletableFuture<>();
    InetSocketAddress at =
        (InetSocketAddress)
            new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .childHandler(
                    new ChannelInitializer<Channel>() {
                      @Override
                      protected void initChannel(Channel made) {
                        WakeThreshold first = new WakeThreshold(made, soonNanos, limitNanos);
                        made.pipeline().addLast(first, new Counter());
                        accepted.complete(first);
                        child.complete(made);
                      }
                    })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel()
                .localAddress();
    agent.setTcpNoDelay(true);
    agent.connect(at);
    channel = child.get(10, TimeUnit.SECONDS);
    threshold = accepted.get(10, TimeUnit.SECONDS);
    if (follows) {
      onLoop(() -> threshold.follow(() -> lone, () -> idle));
    }
  }

  void onLoop(Runnable task) throws Exception {
    channel.eventLoop().submit(task).get(10, TimeUnit.SECONDS);
  }

  /** What was read last has been told to all. */
  void endTurn() throws Exception {
    onLoop(() -> {});
  }

  /** A lone call's request has been sent. */
  void send() throws Exception {
    onLoop(
        () -> {
          lone = true;
          idle = false;
          threshold.update();
        });
  }

  void write(int bytes) throws IOException {
    agent.getOutputStream().write(new byte[bytes]);
  }

  int next() throws InterruptedException {
    Integer bytes = read.poll(10, TimeUnit.SECONDS);
    return bytes == null ? 0 : bytes;
  }

  boolean isReadWithin(int millis) throws InterruptedException {
    return read.poll(millis, TimeUnit.MILLISECONDS) != null;
  }

  int asked() throws Exception {
    Integer bytes = channel.eventLoop().submit(() -> channel.config().getOption(LOWAT)).get();
    return bytes == null ? 0 : bytes;
  }

  /** From the first call's Accepted the second one knows what to wait for. */
  void learn() throws Exception {
    send();
    assertEquals(1, asked());
    accept(ACCEPTED);
    answer();
    assertEquals(1, asked());
  }

  void accept(int bytes) throws Exception {
    write(bytes);
    assertEquals(bytes, next());
  }

  void answer() throws Exception {
    write(ANSWER);
    assertEquals(ANSWER, next());
  }

  @Override
  public void close() throws IOException {
    agent.close();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** Plays the tunnel: the answer ends its call. */
  private final class Counter extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      int bytes = ((ByteBuf) message).readableBytes();
      ((ByteBuf) message).release();
      if (bytes == ANSWER || bytes == ACCEPTED + ANSWER) {
        lone = false;
        idle = true;
      }
      if (leftAlone) {
        leftAlone = false;
        lone = true;
      }
      read.add(bytes);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      read.add(END);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
