package dev.adit.testing.tunnel;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelListener;
import dev.adit.core.tunnel.TunnelSettings;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.core.wire.FrameLimits;
import dev.adit.core.wire.RequestHead;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server's and an agent's end of one tunnel, joined by a network that delivers when told to. The
 * windows are small, so that flow control shows.
 */
public final class TunnelPair {
  public static final int KIB = 1024;

  /** Windows of 1 KiB that may grow to 4. */
  public static final TunnelSettings SMALL =
      new TunnelSettings(
          new FrameLimits(256, 2 * KIB),
          new WindowSizes(KIB, 4 * KIB, 64 * KIB),
          MemoryBudget.unlimited(),
          Duration.ofSeconds(1),
          Duration.ofSeconds(4));

  /** One call as the agent's end hears of it. */
  public record Arrived(RequestHead head, RequestLog request, ResponseSide response) {}

  /** One end. */
  public static final class End implements TunnelListener {
    private final MemoryTransport transport = new MemoryTransport();
    private final TunnelStream stream;
    private final List<Arrived> arrived = new ArrayList<>();
    private final List<Frame> control = new ArrayList<>();
    private final List<Drain> drains = new ArrayList<>();
    private int callsEnded;
    private Runnable onCallEnded = () -> {};
    private final List<Boolean> quiets = new ArrayList<>();
    private Runnable onClosed = () -> {};
    private boolean failing;
    private @Nullable TunnelException closed;

    End(
        TunnelStream.End side,
        HandLoop hand,
        UnpooledByteBufAllocator allocator,
        TunnelSettings settings) {
      stream = new TunnelStream(side, hand.loop(), allocator, transport, settings, this);
    }

    public TunnelStream stream() {
      return stream;
    }

    public MemoryTransport transport() {
      return transport;
    }

    @Override
    public void onControl(Frame frame) {
      control.add(frame);
    }

    @Override
    public RequestSide onCall(RequestHead head, boolean last, ResponseSide response) {
      if (failing) {
        throw new IllegalStateException("no call can be taken");
      }
      RequestLog request = new RequestLog(last);
      arrived.add(new Arrived(head, request, response));
      return request;
    }

    @Override
    public void onCallEnded() {
      callsEnded++;
      onCallEnded.run();
    }

    /** Also told when a call of this end has ended, and when the tunnel has. */
    public void tell(Runnable callEnded, Runnable closedToo) {
      onCallEnded = callEnded;
      onClosed = closedToo;
    }

    @Override
    public void onDrain(Drain drain) {
      drains.add(drain);
    }

    @Override
    public void onQuiet(boolean quiet) {
      quiets.add(quiet);
    }

    /** Each time that the other end became quiet, or was heard again. */
    public List<Boolean> quiets() {
      return quiets;
    }

    @Override
    public void onClosed(TunnelException cause) {
      if (closed != null) {
        throw new AssertionError("closed twice");
      }
      closed = cause;
      onClosed.run();
    }

    /** From now on this end throws at each call that comes. */
    public void failCalls() {
      failing = true;
    }

    /** Calls that came, in order. */
    public List<Arrived> arrived() {
      return arrived;
    }

    /** The call that came last. */
    public Arrived newest() {
      return arrived.get(arrived.size() - 1);
    }

    public List<Frame> control() {
      return control;
    }

    public List<Drain> drains() {
      return drains;
    }

    /** Calls of this end whose slots are free again. */
    public int callsEnded() {
      return callsEnded;
    }

    /** How the tunnel ended; null while it has not. */
    public @Nullable TunnelException closed() {
      return closed;
    }
  }

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
  private final HandLoop hand;
  private final End server;
  private final End agent;

  public TunnelPair() {
    this(new HandLoop(), SMALL);
  }

  public TunnelPair(HandLoop hand, TunnelSettings settings) {
    this.hand = hand;
    server = new End(TunnelStream.End.SERVER, hand, allocator, settings);
    agent = new End(TunnelStream.End.AGENT, hand, allocator, settings);
  }

  public HandLoop hand() {
    return hand;
  }

  public End server() {
    return server;
  }

  public End agent() {
    return agent;
  }

  /** Where chunks for this pair come from: what is not released shows in {@link #heldBytes}. */
  public ByteBuf chunk(byte[] bytes) {
    return allocator.buffer(bytes.length).writeBytes(bytes);
  }

  /** A chunk of so many bytes. */
  public ByteBuf chunk(int bytes) {
    return allocator.buffer(bytes).writeZero(bytes);
  }

  /** Bytes of buffers that nobody has released. */
  public long heldBytes() {
    return allocator.metric().usedHeapMemory();
  }

  /** Head of a gRPC call. */
  public static CallHeaders headers() {
    return new CallHeaders(
        CallProtocol.GRPC,
        AsciiString.of("POST"),
        AsciiString.of("http"),
        AsciiString.of("shop.example"),
        AsciiString.of("/shop.Cart/Add"),
        new HeaderFields(),
        CallHeaders.NO_TIMEOUT);
  }

  /** The server opens a call. */
  public RequestSide open(ResponseSide response) {
    return server.stream.open(
        headers(), AsciiString.of("group"), AsciiString.of("rule"), 1, response);
  }

  /** Hands over one message that is under way; whether there was one. */
  public boolean deliver(End from) {
    ByteBuf message = from.transport.take();
    if (message == null) {
      return false;
    }
    End to = from == server ? agent : server;
    to.stream.onMessage(message);
    return true;
  }

  /** Hands over one message each way, where there is one. */
  public void deliverBoth() {
    deliver(server);
    deliver(agent);
  }

  /** Runs the loop and delivers until nothing moves any more. */
  public void settle() {
    for (int turns = 0; turns < 10_000; turns++) {
      hand.run();
      boolean moved = deliver(server);
      moved |= deliver(agent);
      if (!moved) {
        return;
      }
    }
    throw new AssertionError("the tunnel does not come to rest");
  }

  /** The agent's connection has ended: both ends see it, and what is under way is lost. */
  public void cut() {
    server.transport.drop();
    agent.transport.drop();
    server.stream.onClosed(TunnelException.lost("cut"));
    agent.stream.onClosed(TunnelException.lost("cut"));
    hand.run();
  }
}
