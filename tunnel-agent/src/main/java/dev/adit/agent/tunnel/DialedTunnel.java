package dev.adit.agent.tunnel;

import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelListener;
import dev.adit.core.tunnel.TunnelSettings;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.core.tunnel.grpc.ArrivingBytes;
import dev.adit.core.tunnel.grpc.ClientTransport;
import dev.adit.core.tunnel.grpc.MessageDemand;
import dev.adit.core.tunnel.grpc.ProxyMethod;
import dev.adit.core.wire.RequestHead;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Hello;
import dev.adit.proto.v1.Refusal;
import dev.adit.proto.v1.Welcome;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One tunnel to one server, from the dial to its end. Confined to the loop of its connection. */
final class DialedTunnel extends ClientCall.Listener<ByteBuf> implements TunnelListener {
  private static final Logger log = LoggerFactory.getLogger(DialedTunnel.class);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** From the dial to the welcome, connecting included. */
  private static final int GREETING_SECONDS = 10;

  private static final long FINISH_POLL_MILLIS = 20;

  // deps
  private final TunnelPlan plan;
  private final SocketAddress address;
  private final EventLoop loop;
  private final Events events;
  private final ManagedChannel channel;
  private final ClientCall<ByteBuf, ByteBuf> call;
  private final ClientTransport transport;
  private final MessageDemand messages;

  // state, confined to the loop
  private @Nullable TunnelStream stream;
  private @Nullable ConfigExchange configs;
  private @Nullable Refusal refusal;

  /** The server's first message has come; what follows anything but a welcome is not read. */
  private boolean answered;

  private boolean welcomed;
  private boolean over;

  /**
   * What the dialer hears. Called on the tunnel's loop; at most one welcome, then exactly one end.
   */
  interface Events {
    void onWelcome(DialedTunnel tunnel, Welcome welcome);

    /** The server asks for another tunnel in place of this one. */
    void onDrain(DialedTunnel tunnel, Drain drain);

    /**
     * The tunnel has ended.
     *
     * @param refusal what the server said instead of a welcome; null if it said nothing
     */
    void onEnded(DialedTunnel tunnel, Status status, @Nullable Refusal refusal);
  }

  DialedTunnel(
      TunnelPlan plan,
      SocketAddress address,
      EventLoop loop,
      ManagedChannel channel,
      Events events) {
    this.plan = plan;
    this.address = address;
    this.loop = loop;
    this.channel = channel;
    this.events = events;
    call =
        channel.newCall(
            ProxyMethod.DESCRIPTOR,
            ArrivingBytes.toldTo(
                CallOptions.DEFAULT.withOnReadyThreshold(ClientTransport.READY_THRESHOLD_BYTES),
                this::onBytes));
    transport = new ClientTransport(call);
    messages = new MessageDemand(call::request);
  }

  SocketAddress address() {
    return address;
  }

  EventLoop loop() {
    return loop;
  }

  /** Bytes of messages that were sent; read it when the tunnel has ended. */
  long sentBytes() {
    return transport.sentBytes();
  }

  /** The stream; null before the welcome. */
  @Nullable TunnelStream stream() {
    return stream;
  }

  /** Dials as the agent of the plan. */
  void start(@Nullable String token) {
    start(token, plan.hello());
  }

  /**
   * Dials. The end of it comes through the events.
   *
   * @param token null where a certificate is the proof
   * @param hello who we are
   */
  void start(@Nullable String token, Hello hello) {
    assert loop.inEventLoop();
    Metadata headers = new Metadata();
    if (token != null) {
      headers.put(AUTHORIZATION, "Bearer " + token);
    }
    call.start(this, headers);
    messages.begin();
    Greeting.send(transport, Frame.newBuilder().setHello(hello).build());
    loop.schedule(this::checkGreeted, GREETING_SECONDS, TimeUnit.SECONDS);
  }

  /** A connection that somebody took and nobody answers on has no heartbeats yet to end it. */
  private void checkGreeted() {
    if (!over && stream == null) {
      transport.abort(new TunnelException("dead", "no greeting within " + GREETING_SECONDS + " s"));
    }
  }

  private void onBytes() {
    if (stream != null) {
      stream.onBytes();
    }
  }

  @Override
  public void onMessage(ByteBuf message) {
    messages.onMessage();
    TunnelStream running = stream;
    if (running != null) {
      running.onMessage(message);
      return;
    }
    try {
      if (!answered) {
        onGreeting(message);
      }
    } finally {
      message.release();
    }
  }

  /** The first message; calls may ride in it behind the welcome. */
  private void onGreeting(ByteBuf message) {
    answered = true;
    Frame first = Greeting.read(message);
    switch (first.getKindCase()) {
      case WELCOME -> {
        begin(first.getWelcome());
        if (stream != null) {
          // The stream is the second owner: it reads the message again, behind the welcome.
          stream.onMessage(message.retain());
        }
      }
      case REFUSAL -> refusal = first.getRefusal();
      default ->
          transport.abort(
              new TunnelException(
                  "protocol", "the server's first frame is neither welcome nor refusal"));
    }
  }

  private void begin(Welcome welcome) {
    TunnelSettings settings;
    try {
      settings = Greeting.settings(plan, welcome);
    } catch (IllegalArgumentException e) {
      transport.abort(new TunnelException("protocol", "welcome: " + e.getMessage()));
      return;
    }
    TunnelStream begun =
        new TunnelStream(
            TunnelStream.End.AGENT,
            loop,
            PooledByteBufAllocator.DEFAULT,
            transport,
            settings,
            this);
    stream = begun;
    begun.start();
    configs = new ConfigExchange(plan, begun, welcome, address);
    plan.handed().onTunnelUp(configs);
    events.onWelcome(this, welcome);
  }

  @Override
  public void onReady() {
    if (stream != null) {
      stream.onReady();
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    // A dial that never became a connection may end on a thread of gRPC's own.
    if (loop.inEventLoop()) {
      onStreamEnd(status);
    } else {
      TunnelDialer.run(loop, () -> onStreamEnd(status));
    }
  }

  private void onStreamEnd(Status status) {
    if (over) {
      return;
    }
    over = true;
    try {
      if (stream != null) {
        stream.onClosed(TunnelException.lost("the server's stream ended: " + status.getCode()));
      }
      channel.shutdownNow();
    } finally {
      // Whatever fails, as where no thread can be had: who does not hear of it never dials again.
      events.onEnded(this, status, refusal);
    }
  }

  @Override
  public RequestSide onCall(RequestHead head, boolean last, ResponseSide response) {
    TunnelStream running = stream;
    if (running == null) {
      throw new IllegalStateException("a call before the welcome");
    }
    return plan.dispatcher().open(head, last, response, running);
  }

  @Override
  public void onControl(Frame frame) throws TunnelException {
    switch (frame.getKindCase()) {
      case WELCOME -> {
        if (welcomed) {
          throw new TunnelException("protocol", "a second welcome");
        }
        welcomed = true;
      }
      case CONFIG_SYNC -> {
        if (configs != null) {
          configs.onConfigSync(frame.getConfigSync());
        }
      }
      case KIND_NOT_SET -> {
        // A newer minor version's frame: ignored, as docs/protocol.md has it.
      }
      default -> throw new TunnelException("protocol", frame.getKindCase() + " from a server");
    }
  }

  @Override
  public void onCallEnded() {
    // An agent opens no calls.
  }

  @Override
  public void onDrain(Drain drain) {
    events.onDrain(this, drain);
    if (!drain.getReason().equals("going-away")) {
      finishWhenIdle();
    }
    // A server that goes away may place calls here until its entry is closed; it ends the stream.
  }

  /** Sends a frame of the tunnel itself, if it is up still. Any thread. */
  void send(Frame frame) {
    TunnelDialer.run(
        loop,
        () -> {
          if (stream != null) {
            stream.send(frame);
          }
        });
  }

  /** Takes no more calls; ends when the last one has. */
  void retire(String reason) {
    assert loop.inEventLoop();
    TunnelStream running = stream;
    if (running == null) {
      transport.abort(new TunnelException("closed", reason));
      return;
    }
    running.drain(reason, 0);
    finishWhenIdle();
  }

  private void finishWhenIdle() {
    TunnelStream running = stream;
    if (running == null || over || running.isClosed()) {
      return;
    }
    if (running.isDrained()) {
      running.finish();
    } else {
      loop.schedule(this::finishWhenIdle, FINISH_POLL_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Ends the tunnel now and every call on it. */
  void abort(TunnelException cause) {
    assert loop.inEventLoop();
    if (stream != null) {
      stream.abort(cause);
    } else {
      transport.abort(cause);
    }
  }

  @Override
  public void onQuiet(boolean quiet) {
    // An agent chooses no tunnel.
  }

  @Override
  public void onClosed(TunnelException cause) {
    if (configs != null) {
      plan.handed().onTunnelEnded(configs);
    }
    log.debug("{}: {} ({})", TunnelChannels.text(address), cause.getMessage(), cause.reason());
  }
}
