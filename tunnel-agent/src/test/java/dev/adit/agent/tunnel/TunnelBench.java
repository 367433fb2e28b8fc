package dev.adit.agent.tunnel;

import dev.adit.agent.backend.UpstreamTable;
import dev.adit.agent.config.AgentTlsConfig;
import dev.adit.agent.config.AllowList;
import dev.adit.agent.config.ConfigSyncMode;
import dev.adit.agent.dispatch.CallDispatcher;
import dev.adit.agent.dispatch.RoutedUpstreams;
import dev.adit.agent.dispatch.ServedUpstreams;
import dev.adit.agent.health.HealthChecks;
import dev.adit.agent.metrics.AgentMetrics;
import dev.adit.agent.routing.AgentRoutes;
import dev.adit.agent.sync.HandedGroups;
import dev.adit.core.config.HostPort;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.process.EventLoops;
import dev.adit.core.wire.FrameLimits;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Refusal;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.proto.v1.Welcome;
import dev.adit.testing.tunnel.HandLoop;
import io.grpc.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One dialled tunnel on a loop that is moved by hand. The agent has no upstream, and what servers
 * hand to groups is taken and never read, for that is done on a thread of its own.
 */
final class TunnelBench implements DialedTunnel.Events {
  private static final int WINDOW = 1024;

  /** Nothing runs on them. */
  private static final EventLoops UNUSED = EventLoops.start(1, "unused");

  private final HandLoop hand = new HandLoop();
  private final FakeCall call = new FakeCall(hand.loop());
  private final List<String> heard = new ArrayList<>();
  private final DialedTunnel tunnel;
  private @Nullable Refusal refusal;

  TunnelBench() {
    tunnel =
        new DialedTunnel(
            plan(UNUSED, List.of()),
            InetSocketAddress.createUnresolved("server.example", 8003),
            hand.loop(),
            call.channel(),
            this);
  }

  /** Of an agent without upstreams. */
  static TunnelPlan plan(EventLoops loops, List<HostPort> servers) {
    ServedUpstreams served = new ServedUpstreams(noUpstreams());
    HandedGroups handed =
        new HandedGroups(
            ConfigSyncMode.OFF,
            new AllowList(List.of()),
            served,
            new HealthChecks(UNUSED),
            UNUSED,
            ReceiveWindows.Sizes.fixed(WINDOW));
    handed.close();
    MemoryBudget memory = MemoryBudget.unlimited();
    AgentMetrics metrics = new AgentMetrics("1", served::all);
    return new TunnelPlan(
        new AgentId("edge-1"),
        "run",
        Set.of(new GroupName("shop")),
        servers,
        null,
        null,
        new AgentTlsConfig(null, null, null, null),
        null,
        100,
        "adit/1",
        loops,
        new CallDispatcher(served, memory, metrics.upstreams()),
        handed,
        FrameLimits.DEFAULT,
        memory,
        metrics.dials());
  }

  private static RoutedUpstreams noUpstreams() {
    try {
      return new RoutedUpstreams(
          AgentRoutes.of(List.of(), List.of()),
          new UpstreamTable(List.of(), UNUSED, ReceiveWindows.Sizes.fixed(WINDOW)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  HandLoop hand() {
    return hand;
  }

  FakeCall call() {
    return call;
  }

  DialedTunnel tunnel() {
    return tunnel;
  }

  /** What the dialer was told: {@code welcome}, {@code drain} and {@code end}. */
  List<String> heard() {
    return heard;
  }

  @Nullable Refusal refusal() {
    return refusal;
  }

  void start() {
    hand.run(() -> tunnel.start("secret"));
  }

  /** The server sends frames in one message. */
  void receive(Frame.Builder... frames) {
    TunnelMessage.Builder message = TunnelMessage.newBuilder();
    for (Frame.Builder frame : frames) {
      message.addFrames(frame);
    }
    hand.run(() -> call.receive(message.build()));
  }

  /** A welcome that there is nothing to say against. */
  static Welcome.Builder welcome() {
    return Welcome.newBuilder()
        .setServerId("server-1")
        .addGroups("shop")
        .setLoops(1)
        .setInitialWindow(WINDOW)
        .setCallWindow(WINDOW)
        .setHeartbeatMs(1000)
        .setDeadAfterMs(4000);
  }

  @Override
  public void onWelcome(DialedTunnel from, Welcome welcome) {
    heard.add("welcome");
  }

  @Override
  public void onDrain(DialedTunnel from, Drain drain) {
    heard.add("drain");
  }

  @Override
  public void onEnded(DialedTunnel from, Status status, @Nullable Refusal said) {
    heard.add("end");
    refusal = said;
  }
}
