package dev.adit.core.tunnel;

import dev.adit.core.wire.FrameLimits;
import dev.adit.core.wire.FrameWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent on one tunnel stream. Control frames go first, then the calls that have
 * something to send take turns, one chunk each, so that a bulk call cannot starve a small one. The
 * first frame of a loop turn puts one flush on the loop; the flush sends all frames of the turn in
 * as few messages as their size allows. Stops while the transport is not ready; what piles up
 * meanwhile is bounded by the calls' windows. Confined to the loop.
 */
final class OutboundFrames {
  private static final int SMALLEST_BUFFER_BYTES = 1024;

  /** Room beyond the size at which a message is closed: one head and one chunk more. */
  private static final int HEADROOM_BYTES = 24 * 1024;

  /**
   * Of control frames. Those of as many calls as an agent takes are a tenth of it; a peer that goes
   * on to ask, and takes no answer, must not fill the memory.
   */
  static final int MAX_CONTROL_BYTES = 8 << 20;

  // deps
  private final EventLoop loop;
  private final ByteBufAllocator allocator;
  private final TunnelTransport transport;
  private final FrameLimits limits;
  private final BooleanSupplier idle;
  private final Consumer<Throwable> onFault;
  private final Runnable flushTask = this::flush;

  // state, confined to the loop
  private final ArrayDeque<TunnelCall> ring = new ArrayDeque<>();
  private @Nullable FrameWriter control;

  /**
   * Control frames beyond one message, in order: they pile up while the transport takes nothing.
   */
  private final ArrayDeque<FrameWriter> fullControl = new ArrayDeque<>();

  /** Wait for control frames that the transport does not have yet. */
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

  /** Wait for what the transport has, but perhaps the socket has not. */
  private final ArrayDeque<Runnable> sent = new ArrayDeque<>();

  private int lastMessageBytes = SMALLEST_BUFFER_BYTES;
  private boolean flushScheduled;
  private boolean finishing;
  private boolean finished;
  private boolean closed;

  /**
   * Nothing waits yet.
   *
   * @param idle whether no call is open
   * @param onFault told what went wrong while a message was made: frames of it are lost
   */
  OutboundFrames(
      EventLoop loop,
      ByteBufAllocator allocator,
      TunnelTransport transport,
      FrameLimits limits,
      BooleanSupplier idle,
      Consumer<Throwable> onFault) {
    this.loop = loop;
    this.allocator = allocator;
    this.transport = transport;
    this.limits = limits;
    this.idle = idle;
    this.onFault = onFault;
  }

  /**
   * Where control frames are written; they leave with the next flush. Once closed, what is written
   * goes nowhere.
   */
  FrameWriter control() {
    FrameWriter frames = control;
    if (frames != null && frames.message().readableBytes() >= limits.maxMessageBytes()) {
      fullControl.add(frames);
      frames = null;
    }
    if (frames == null) {
      frames = newMessage();
      control = frames;
    }
    requestFlush();
    return frames;
  }

  /** Whether more control frames wait than of a peer that reads ever do. */
  boolean isOverfull() {
    return fullControl.size() > MAX_CONTROL_BYTES / limits.maxMessageBytes();
  }

  private FrameWriter newMessage() {
    int expected =
        Math.min(
            lastMessageBytes + lastMessageBytes / 4, limits.maxMessageBytes() + HEADROOM_BYTES);
    return new FrameWriter(allocator.heapBuffer(Math.max(expected, SMALLEST_BUFFER_BYTES)));
  }

  /** Lets a call take its turn. */
  void schedule(TunnelCall call) {
    if (!call.inRing) {
      call.inRing = true;
      ring.add(call);
    }
    requestFlush();
  }

  /**
   * Runs {@code task} when every control frame written so far has been handed to the socket.
   *
   * @param task must not throw; dropped if the tunnel ends first
   */
  void afterFlush(Runnable task) {
    waiting.add(task);
    requestFlush();
  }

  /** Opens every call that still waits for its turn, so that no later frame comes before it. */
  void writeHeads() {
    ring.forEach(call -> call.writeHead(control()));
  }

  /**
   * Ends our direction once everything has been sent: also what belongs to calls that come before
   * it has ended, as from a server that goes away.
   */
  void finish() {
    finishing = true;
    requestFlush();
  }

  void requestFlush() {
    if (!flushScheduled && !closed) {
      flushScheduled = true;
      loop.execute(flushTask);
    }
  }

  private void flush() {
    flushScheduled = false;
    try {
      sendAll();
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      onFault.accept(e);
    }
  }

  private void sendAll() {
    if (finished) {
      // Our direction has ended: what comes after the last call, such as a heartbeat, stays here.
      releaseControl();
      return;
    }
    noteSent();
    while (transport.isReady()) {
      // All that an agent has sent is in the socket.
      runSent();
      if (closed || (control == null && ring.isEmpty())) {
        break;
      }
      sendMessage();
      noteSent();
    }
    if (closed) {
      return;
    }
    if (finishing && control == null && ring.isEmpty() && idle.getAsBoolean()) {
      finished = true;
      transport.finish();
    }
  }

  private void sendMessage() {
    FrameWriter frames = fullControl.poll();
    if (frames == null) {
      frames = control == null ? newMessage() : control;
      control = null;
    }
    ByteBuf message = frames.message();
    try {
      takeTurns(frames);
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      message.release();
      throw e;
    }
    if (!message.isReadable()) {
      message.release();
      return;
    }
    lastMessageBytes = message.readableBytes();
    transport.send(message);
  }

  private void takeTurns(FrameWriter out) {
    TunnelCall call;
    ByteBuf message = out.message();
    while (message.readableBytes() < limits.maxMessageBytes() && (call = ring.poll()) != null) {
      call.inRing = false;
      if (call.writeTo(out) && !call.inRing) {
        call.inRing = true;
        ring.add(call);
      }
    }
  }

  /** The transport has every control frame that was written. */
  private void noteSent() {
    if (control == null) {
      sent.addAll(waiting);
      waiting.clear();
    }
  }

  private void runSent() {
    for (Runnable task = sent.poll(); task != null; task = sent.poll()) {
      task.run();
    }
  }

  /** The transport takes more; what it had is in the socket. */
  void onReady() {
    if (control != null || !ring.isEmpty() || !sent.isEmpty()) {
      requestFlush();
    }
  }

  /** Drops what waits; nothing is sent from here on. */
  void close() {
    closed = true;
    ring.clear();
    waiting.clear();
    sent.clear();
    releaseControl();
  }

  /** Frees what was written to {@link #control} after the end. */
  void releaseControl() {
    fullControl.forEach(frames -> frames.message().release());
    fullControl.clear();
    if (control != null) {
      control.message().release();
      control = null;
    }
  }
}
