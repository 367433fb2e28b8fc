package dev.adit.agent.backend.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.process.EventLoops;
import io.netty.channel.Channel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannelConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** What the system is told to do about a backend whose host is gone without a word. */
final class VanishedBackendTest {
  /** By itself it asks after two hours: for so long a call would wait that only listens. */
  @Test
  void silentBackendIsAskedForASignOfLifeAfterAMinute() throws Exception {
    assumeTrue(Epoll.isAvailable());
    EventLoops loops = EventLoops.start(1, "vanished");
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Channel channel =
          new BackendConnector(loops, null, null, 0, 1, ReceiveWindows.Sizes.fixed(1024))
              .toStay(loops.all().get(0))
              .connect(listener.getLocalSocketAddress())
              .syncUninterruptibly()
              .channel();
      assertEquals(true, ((SocketChannelConfig) channel.config()).isKeepAlive());
      assertEquals(60, channel.config().getOption(EpollChannelOption.TCP_KEEPIDLE));
      assertEquals(20, channel.config().getOption(EpollChannelOption.TCP_KEEPINTVL));
      assertEquals(20_000, channel.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT));
      channel.close().syncUninterruptibly();
    } finally {
      loops.close();
    }
  }
}
