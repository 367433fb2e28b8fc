package dev.adit.core.admin;

import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import java.net.SocketAddress;

/**
 * What answers HTTP/2 on the admin port: a server of its own inside this process, which connections
 * that begin with HTTP/2's preface are passed on to. Any thread.
 */
public interface Http2Side extends AutoCloseable {
  /** Where it listens: a {@link io.netty.channel.local.LocalAddress}. */
  SocketAddress address();

  /** On which connections to it live. */
  EventLoopGroup loops();

  /** Made for one connection: it sees the bytes that go either way, and may end it. */
  ChannelHandler newGuard();

  @Override
  void close();
}
