package dev.adit.agent.tunnel;

import dev.adit.core.config.HostPort;
import dev.adit.core.process.EventLoops;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.proto.v1.Welcome;
import dev.adit.testing.tunnel.HandLoop;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A dialer whose one server's name, addresses and clock are the test's, as is the far end of each
 * tunnel.
 */
final class HandDialer implements TunnelDialer.Network {
  static final HostPort SERVER = new HostPort("server.example", 8003);
  private static final Duration STEP = Duration.ofMillis(50);

  /** One dial. */
  record Dial(SocketAddress address, FakeCall call, Duration at) {}

  private final HandLoop hand = new HandLoop();
  private final long begunNanos = hand.ticker().nanoTime();
  private final List<Dial> dials = new ArrayList<>();
  private final TunnelDialer dialer =
      new TunnelDialer(
          TunnelBench.plan(
              new EventLoops(
                  hand.loop(), NioSocketChannel.class, NioServerSocketChannel.class, null),
              List.of(SERVER)),
          connected -> {},
          this,
          ImmediateEventExecutor.INSTANCE);
  private List<SocketAddress> addresses;

  /** The name has these addresses for now; none: it cannot be resolved. */
  HandDialer(SocketAddress... addresses) {
    this.addresses = List.of(addresses);
  }

  static SocketAddress address(int number) {
    return new InetSocketAddress("127.0.0." + number, SERVER.port());
  }

  void name(SocketAddress... now) {
    addresses = List.of(now);
  }

  TunnelDialer dialer() {
    return dialer;
  }

  HandLoop hand() {
    return hand;
  }

  /** Every dial until now. */
  List<Dial> dials() {
    return dials;
  }

  /** Times since the begin at which an address was dialled. */
  List<Duration> dialsOf(SocketAddress address) {
    return dials.stream().filter(each -> each.address().equals(address)).map(Dial::at).toList();
  }

  /** What is dialled and not over. */
  List<Dial> running() {
    return dials.stream().filter(each -> !each.call().isOver()).toList();
  }

  /** Dials, and tunnels of those that are up. */
  void dialNow() {
    hand.run(dialer::dialNow);
  }

  /** Everything that runs ends. */
  void end(Status status) {
    hand.run(() -> running().forEach(each -> each.call().end(status)));
  }

  /** Time goes by in which each dial is answered like this. */
  void pass(Duration time, Status answer) {
    for (Duration gone = Duration.ZERO; gone.compareTo(time) < 0; gone = gone.plus(STEP)) {
      end(answer);
      hand.advance(STEP);
    }
  }

  /** Time goes by. */
  void pass(Duration time) {
    for (Duration gone = Duration.ZERO; gone.compareTo(time) < 0; gone = gone.plus(STEP)) {
      hand.advance(STEP);
    }
  }

  /** The server takes the last dial. */
  void welcome(int loops, int loop) {
    welcome(dials.get(dials.size() - 1), loops, loop);
  }

  /** The server takes a dial. */
  void welcome(Dial dial, int loops, int loop) {
    Welcome.Builder welcome = TunnelBench.welcome().setLoops(loops).setLoop(loop);
    // Nobody beats here, however long a test lasts.
    welcome.setHeartbeatMs(3_600_000).setDeadAfterMs(36_000_000);
    receive(dial, Frame.newBuilder().setWelcome(welcome));
  }

  /** The server sends a frame. */
  void receive(Dial dial, Frame.Builder frame) {
    hand.run(() -> dial.call().receive(TunnelMessage.newBuilder().addFrames(frame).build()));
  }

  /** The tunnels that take calls. */
  List<TunnelStream> tunnels() {
    return dialer.tunnels().getOrDefault(SERVER.toString(), List.of());
  }

  @Override
  public List<SocketAddress> resolve(HostPort server) throws UnknownHostException {
    if (addresses.isEmpty()) {
      throw new UnknownHostException(server.host());
    }
    return addresses;
  }

  @Override
  public ManagedChannel newChannel(HostPort server, SocketAddress address, EventLoop loop) {
    FakeCall call = new FakeCall(loop);
    dials.add(new Dial(address, call, Duration.ofNanos(hand.ticker().nanoTime() - begunNanos)));
    return call.channel();
  }
}
