package dev.adit.agent.backend.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.name.AddressText;
import dev.adit.core.process.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Names that have several addresses, of which not all take connections. */
final class NameDialTest implements NameDial.Outcome {
  private static final int LONG_MILLIS = 20_000;

  private final EventLoops loops = EventLoops.start(1, "name-dial");
  private final EventLoop loop = loops.all().get(0);
  private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private volatile boolean wanted = true;

  NameDialTest() throws IOException {}

  @AfterEach
  void end() throws IOException {
    loops.close();
    listener.close();
  }

  @Override
  public boolean isWanted() {
    return wanted;
  }

  @Override
  public void onConnected(Channel channel) {
    told.add("connected to " + AddressText.of((InetSocketAddress) channel.remoteAddress()));
    channel
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelActive(ChannelHandlerContext ctx) {
                told.add("active");
              }
            });
  }

  @Override
  public void onFailed(Throwable cause) {
    told.add("failed: " + cause.getMessage());
  }

  /** An address of this machine on whose port only 127.0.0.1 is listened. */
  private InetSocketAddress address(String text) throws IOException {
    return new InetSocketAddress(InetAddress.getByName(text), listener.getLocalPort());
  }

  private void dial(InetSocketAddress... addresses) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(loops.channelType())
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {}
                });
    loop.execute(() -> NameDial.begin(bootstrap, List.of(addresses), LONG_MILLIS, this));
  }

  private String next() throws InterruptedException {
    String next = told.poll(LONG_MILLIS, TimeUnit.MILLISECONDS);
    return next == null ? "nothing was told" : next;
  }

  /** Only the first one was ever tried, and the backend could not be reached. */
  @Test
  void addressThatRefusesIsFollowedByTheNext() throws Exception {
    dial(address("127.0.0.2"), address("127.0.0.3"), address("127.0.0.1"));
    assertEquals("connected to 127.0.0.1:" + listener.getLocalPort(), next());
    assertEquals("active", next());
  }

  /** Nothing was told, and the backend not dialled again once there were descriptors. */
  @Test
  void wantOfASocketIsTold() throws Exception {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channelFactory(
                () -> {
                  throw new ChannelException("too many open files");
                })
            .handler(new ChannelInboundHandlerAdapter());
    List<InetSocketAddress> both = List.of(address("127.0.0.1"), address("127.0.0.2"));
    loop.execute(() -> NameDial.begin(bootstrap, both, LONG_MILLIS, this));
    assertEquals("failed: too many open files", next());
  }

  @Test
  void firstAddressThatTakesItIsTheOne() throws Exception {
    dial(address("127.0.0.1"), address("127.0.0.2"));
    assertEquals("connected to 127.0.0.1:" + listener.getLocalPort(), next());
  }

  @Test
  void nameOfWhichNoAddressTakesItIsToldOnceWithTheLastCause() throws Exception {
    dial(address("127.0.0.2"), address("127.0.0.3"));
    String failed = next();
    assertTrue(failed.contains("refused") && failed.contains("127.0.0.3"), failed);
    assertEquals(0, told.size());
  }

  @Test
  void connectionThatNobodyWantsAnyMoreIsClosed() throws Exception {
    wanted = false;
    dial(address("127.0.0.1"), address("127.0.0.2"));
    assertEquals(-1, listener.accept().getInputStream().read());
    assertEquals(0, told.size());
  }
}
