package dev.adit.agent.backend.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.adit.core.http2.read.ReceiveWindows;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a connection tells its owner when it is given up, or breaks. */
final class GivenUpTest {
  private final OwnerLog owner = new OwnerLog();
  private final List<String> told = owner.told;
  private final BackendConnection connection =
      BackendConnection.newConnection(owner, ReceiveWindows.Sizes.fixed(1024));

  /** As while the backend's name is looked up: a channel that is not connected yet. */
  @Test
  void connectionThatWasNeverUpIsToldOnceWhateverComesLater() {
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      EventLoop loop = loops.next();
      Channel channel = new NioSocketChannel();
      channel.pipeline().addLast(connection);
      loop.register(channel).syncUninterruptibly();
      loop.submit(connection::giveUp).syncUninterruptibly();
      channel.closeFuture().syncUninterruptibly();
      loop.submit(
              () -> {
                connection.giveUp();
                connection.onConnectFailed("the name was found too late");
              })
          .syncUninterruptibly();
      assertEquals(List.of("never up: no connection within 2 s"), told);
      assertFalse(connection.isUsable());
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  @Test
  void backendThatSaysNothingIsToldOnce() {
    EmbeddedChannel channel = new EmbeddedChannel(connection);
    connection.giveUp();
    channel.finishAndReleaseAll();
    assertEquals(List.of("never up: no HTTP/2 SETTINGS within 2 s"), told);
  }

  @Test
  void connectionThatNobodyHasDialledIsGivenUpToo() {
    connection.giveUp();
    assertEquals(List.of("never up: no connection within 2 s"), told);
  }

  @Test
  void causeWithoutWordsIsToldByItsKind() {
    EmbeddedChannel channel = new EmbeddedChannel(connection);
    connection.onError(channel.pipeline().context(connection), false, new ClosedChannelException());
    channel.finishAndReleaseAll();
    assertEquals("error: ClosedChannelException", told.get(0));
    assertEquals("words", BackendConnection.text(new IllegalStateException("words")));
  }
}
