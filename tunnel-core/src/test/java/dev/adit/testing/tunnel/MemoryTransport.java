package dev.adit.testing.tunnel;

import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelTransport;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Keeps what is sent until it is taken. Refuses to send after the end, as gRPC does. */
public final class MemoryTransport implements TunnelTransport {
  private final ArrayDeque<ByteBuf> sent = new ArrayDeque<>();
  private boolean ready = true;
  private boolean slow;
  private boolean finished;
  private int messages;
  private @Nullable TunnelException aborted;

  @Override
  public boolean isReady() {
    return ready;
  }

  public void ready(boolean now) {
    ready = now;
  }

  /** From now on the socket does not have a message before {@link #ready} says so. */
  public void slow() {
    slow = true;
  }

  @Override
  public void send(ByteBuf message) {
    if (finished || aborted != null) {
      message.release();
      throw new IllegalStateException("a message after the end");
    }
    messages++;
    sent.add(message);
    ready &= !slow;
  }

  /** The next message on its way; ownership passes to the caller. */
  public @Nullable ByteBuf take() {
    return sent.poll();
  }

  /** Messages on their way. */
  public int underWay() {
    return sent.size();
  }

  /** Messages sent since the start. */
  public int messages() {
    return messages;
  }

  @Override
  public void finish() {
    finished = true;
  }

  public boolean isFinished() {
    return finished;
  }

  @Override
  public void abort(TunnelException cause) {
    if (aborted == null) {
      aborted = cause;
    }
  }

  /** Why the stream was ended at once; null if it was not. */
  public @Nullable TunnelException aborted() {
    return aborted;
  }

  /** What is under way gets lost. */
  public void drop() {
    sent.forEach(ByteBuf::release);
    sent.clear();
  }
}
