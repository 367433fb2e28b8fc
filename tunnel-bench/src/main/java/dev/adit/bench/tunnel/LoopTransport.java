package dev.adit.bench.tunnel;

import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.core.tunnel.TunnelTransport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Hands messages to the other end in a later task of the loop that both share. */
final class LoopTransport implements TunnelTransport {
  // deps
  private final EventLoop loop;
  private final Runnable deliver = this::deliver;
  private @Nullable TunnelStream peer;

  // state, confined to the loop
  private final ArrayDeque<ByteBuf> under = new ArrayDeque<>();

  LoopTransport(EventLoop loop) {
    this.loop = loop;
  }

  void connect(TunnelStream stream) {
    peer = stream;
  }

  private void deliver() {
    TunnelStream to = peer;
    ByteBuf message = under.poll();
    if (to != null && message != null) {
      to.onMessage(message);
    }
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void send(ByteBuf message) {
    under.add(message);
    loop.execute(deliver);
  }

  @Override
  public void finish() {}

  @Override
  public void abort(TunnelException cause) {
    throw new IllegalStateException(cause);
  }
}
