package dev.adit.core.tunnel.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection of the kernel's, on which an agent is played by a socket that writes some bytes. */
final class WakeThresholdTest {
  private static final IntegerUnixChannelOption LOWAT =
      new IntegerUnixChannelOption("SO_RCVLOWAT", 1, 18);
  private static final int ACCEPTED = 40;
  private static final int ANSWER = 70;
  private static final int END = -1;

  /** Longer than any test. */
  private static final long NEVER = TimeUnit.MINUTES.toNanos(10);

  @BeforeEach
  void needsEpoll() {
    assumeTrue(
        Epoll.isAvailable() && WakeThreshold.isKnown(System.getProperty("os.version")),
        "SKIPPED: no epoll of Linux 4.18 or newer here");
  }

  /** Both ends, and what the tunnel knows of its calls. */
  private static final class Site implements AutoCloseable {
    private final EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final BlockingQueue<Integer> read = new ArrayBlockingQueue<>(100);
    private final CompletableFuture<WakeThreshold> accepted = new CompletableFuture<>();
    private final Socket agent = new Socket();
    private final Channel channel;
    private final WakeThreshold threshold;
    private volatile boolean lone;
    private volatile boolean idle = true;
    private volatile boolean leftAlone;

    Site(long soonNanos, long limitNanos) throws Exception {
      this(soonNanos, limitNanos, true);
    }

    Site(long soonNanos, long limitNanos, boolean follows) throws Exception {
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

  @Test
  void acceptedAloneWakesNobody() throws Exception {
    try (Site site = new Site(NEVER, NEVER)) {
      site.learn();
      site.send();
      assertTrue(site.asked() > ACCEPTED);
      site.write(ACCEPTED);
      assertFalse(site.isReadWithin(100));
      site.write(ANSWER);
      assertEquals(ACCEPTED + ANSWER, site.next());
    }
  }

  /** What an Accepted of a dead agent proves must not be lost. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void acceptedIsReadBeforeTheConnectionsEnd(boolean reset) throws Exception {
    try (Site site = new Site(NEVER, NEVER)) {
      site.learn();
      site.send();
      site.write(ACCEPTED);
      assertFalse(site.isReadWithin(50));
      if (reset) {
        site.agent.setSoLinger(true, 0);
      }
      site.agent.close();
      assertEquals(ACCEPTED, site.next());
      assertEquals(END, site.next());
    }
  }

  @Test
  void fewBytesWaitForTheLimitOnly() throws Exception {
    try (Site site = new Site(NEVER, WakeThreshold.LIMIT_NANOS)) {
      for (int i = 0; i < 20; i++) {
        site.send();
        site.accept(ACCEPTED);
        site.answer();
      }
    }
  }

  @Test
  void slowAnswersAreNotWaitedFor() throws Exception {
    // Whatever the answer takes is too long.
    try (Site site = new Site(0, NEVER)) {
      site.send();
      site.accept(ACCEPTED);
      site.answer();
      site.send();
      assertEquals(1, site.asked());
    }
  }

  @Test
  void answerThatGoesOnIsReadAsItComes() throws Exception {
    try (Site site = new Site(NEVER, NEVER)) {
      site.learn();
      site.send();
      assertTrue(site.asked() > 1);
      site.onLoop(
          () -> {
            site.lone = false;
            site.threshold.update();
          });
      assertEquals(1, site.asked());
      site.accept(1);
    }
  }

  @Test
  void secondCallIsToBeHeardOf() throws Exception {
    try (Site site = new Site(NEVER, NEVER)) {
      site.learn();
      site.send();
      site.write(1);
      assertFalse(site.isReadWithin(50));
      site.onLoop(
          () -> {
            site.lone = false;
            site.threshold.update();
          });
      assertEquals(1, site.next(), "what lies there is read at once");
      assertEquals(1, site.asked());
    }
  }

  /** What came with another call's end says nothing of an Accepted, which may have come before. */
  @Test
  void callThatIsLeftAloneIsReadAsItComes() throws Exception {
    try (Site site = new Site(NEVER, NEVER)) {
      site.learn();
      site.onLoop(() -> site.idle = false);
      site.accept(3 * ACCEPTED);
      site.leftAlone = true;
      site.accept(2 * ACCEPTED);
      assertEquals(1, site.asked());
      site.answer();
      site.send();
      assertTrue(site.asked() > ACCEPTED && site.asked() < 2 * ACCEPTED);
    }
  }

  @Test
  void longerAcceptedIsLearntAnew() throws Exception {
    try (Site site = new Site(NEVER, NEVER)) {
      site.learn();
      site.send();
      site.accept(3 * ACCEPTED);
      assertEquals(1, site.asked());
      site.answer();
      site.send();
      assertEquals(1, site.asked());
      site.accept(3 * ACCEPTED);
      site.answer();
      site.send();
      assertTrue(site.asked() > 3 * ACCEPTED);
    }
  }

  /** As the threshold's connection would be with a tunnel on it. */
  @Test
  void whatATunnelSendsDecides() throws Exception {
    TunnelPair pair = new TunnelPair();
    try (Site site = new Site(NEVER, NEVER, false)) {
      ServerTransport transport = new ServerTransport(new CallOf(site.threshold));
      transport.follow(pair.server().stream());
      for (int call = 1; call <= 2; call++) {
        pair.open(new ResponseLog()).onRequestChunk(pair.chunk(0), true);
        pair.settle();
        site.onLoop(() -> transport.send(Unpooled.EMPTY_BUFFER));
        assertEquals(call == 2, site.asked() > 1);
        site.write(ACCEPTED);
        assertEquals(call == 1, site.isReadWithin(call == 1 ? 10_000 : 50));
        site.endTurn();
        pair.agent().newest().response().onHead(new ResponseHead(200, new HeaderFields()), true);
        pair.settle();
        site.write(ANSWER);
        assertTrue(site.next() > 0);
        site.endTurn();
      }
      pair.open(new ResponseLog());
      pair.settle();
      site.onLoop(() -> transport.send(Unpooled.EMPTY_BUFFER));
      assertEquals(1, site.asked(), "its request goes on");
    } finally {
      pair.cut();
    }
  }

  @Test
  void connectionOfTwoTunnelsIsReadAsItComes() throws Exception {
    try (Site site = new Site(NEVER, NEVER)) {
      site.learn();
      site.onLoop(() -> site.threshold.follow(() -> true, () -> true));
      site.send();
      assertEquals(1, site.asked());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "6.1.0-28-amd64, true",
    "4.18.0-553.el8_10.x86_64, true",
    "4.17.19, false",
    "4.4.0, false",
    "3.10.0-1160.el7.x86_64, false",
    "5, true",
    "4, false",
    "'', false",
    "unknown, false"
  })
  void kernelMustReadTheThresholdAnewWhenItIsSet(String version, boolean known) {
    assertEquals(known, WakeThreshold.isKnown(version));
  }

  @Test
  void channelsOfTheJdkHaveNone() {
    EmbeddedChannel other = new EmbeddedChannel();
    assertNull(WakeThreshold.of(other));
    assertFalse(other.finish());
  }
}
