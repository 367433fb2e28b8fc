package dev.adit.server.entry;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.drain.Drain;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.calls.RunningCalls;
import dev.adit.server.config.AccessLogConfig;
import dev.adit.server.config.EntryConfig;
import dev.adit.server.dispatch.Dispatcher;
import dev.adit.server.entry.call.CallCounter;
import dev.adit.server.entry.call.EntryConnection;
import dev.adit.server.entry.call.EntryContext;
import dev.adit.server.entry.call.EntryStreamHandler;
import dev.adit.server.entry.call.RequestIds;
import dev.adit.server.entry.caller.CallerCheck;
import dev.adit.server.metrics.CallMetrics;
import dev.adit.server.metrics.FloodMetrics;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.ExpectedGroups;
import dev.adit.server.routing.Router;
import dev.adit.testing.http2.Http2Script;
import dev.adit.testing.http2.Http2Script.Seen;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.MockTicker;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One caller's connection to the entry, by real HTTP/2 frames, and agents that the test speaks for;
 * all on one loop that is moved by hand.
 */
final class EntryBench implements AutoCloseable {
  static final GroupName GROUP = new GroupName("shop");
  static final int WINDOW = 1024;
  private static final int INITIAL_WINDOW = 4;

  private final MockTicker ticker = HandLoop.newTicker();
  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false, true);
  private final Http2Script script = new Http2Script();
  private final AgentRegistry registry = new AgentRegistry();
  private final Dispatcher dispatcher =
      new Dispatcher(
          registry,
          new ExpectedGroups(registry, group -> false, Duration.ZERO, Duration.ZERO, () -> 0));
  private final Drain drain = new Drain();
  private final MemoryBudget memory = MemoryBudget.unlimited();
  private final CallCounter calls = new CallCounter();
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final AccessLog accessLog;
  final RunningCalls running;
  private final EmbeddedChannel channel;
  private final HandLoop hand;
  private final List<TunnelPair> agents = new ArrayList<>();
  private final List<AgentSession> sessions = new ArrayList<>();
  private int seen;

  EntryBench() throws IOException {
    this(new EntrySettings());
  }

  EntryBench(EntrySettings settings) throws IOException {
    accessLog =
        new AccessLog(
            AccessLogConfig.of(
                settings.logged ? AccessLogConfig.Format.JSON : AccessLogConfig.Format.OFF),
            log,
            Clock.systemUTC());
    running = new RunningCalls(accessLog);
    EntryConfig config = settings.config();
    EntryContext context =
        new EntryContext(
            config,
            new Router(settings.rules(GROUP)),
            dispatcher,
            accessLog,
            new CallMetrics(new PrometheusRegistry()),
            new FloodMetrics(new PrometheusRegistry(), "test", "of tests"),
            drain,
            memory,
            new CallerCheck(Clock.systemUTC()),
            calls,
            running,
            new RequestIds(),
            null,
            ReceiveWindows.Sizes.fixed(WINDOW));
    InetAddress caller = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 7});
    EntryConnection connection =
        EntryStreamHandler.newConnection(context, new InetSocketAddress(caller, 4711), false);
    channel =
        EmbeddedChannel.builder()
            .ticker(ticker)
            .handlers(
                new ChannelInitializer<EmbeddedChannel>() {
                  @Override
                  protected void initChannel(EmbeddedChannel channel) {
                    if (settings.keepalive) {
                      EntryDrain drain = new EntryDrain(channel);
                      channel.pipeline().addLast(new CallerKeepalive(config, drain));
                    }
                    channel.pipeline().addLast(connection);
                  }
                })
            .build();
    channel.config().setAllocator(buffers);
    hand = new HandLoop(channel, ticker);
    if (settings.greeted) {
      sendRaw(Http2Script.PREFACE.getBytes(StandardCharsets.US_ASCII));
      send(script.settings(), script.settingsAck());
    }
  }

  Http2Script script() {
    return script;
  }

  MemoryBudget memory() {
    return memory;
  }

  Drain drain() {
    return drain;
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  CallCounter calls() {
    return calls;
  }

  /** An agent joins, on the caller's loop. */
  TunnelPair join(String id, int maxCalls) {
    return join(id, maxCalls, hand);
  }

  /** An agent joins, on a loop of the test's. */
  TunnelPair join(String id, int maxCalls, HandLoop loop) {
    return join(id, maxCalls, loop, GROUP);
  }

  /** An agent of another group joins, on the caller's loop. */
  TunnelPair join(String id, GroupName group) {
    return join(id, 10, hand, group);
  }

  private TunnelPair join(String id, int maxCalls, HandLoop loop, GroupName group) {
    TunnelPair pair = new TunnelPair(loop, TunnelPair.SMALL);
    AgentSession session =
        registry
            .join(
                new AgentSession(
                    new AgentId(id), "run", Set.of(group), 0, maxCalls, "", "", Instant.EPOCH),
                pair.server().stream())
            .session();
    pair.server().tell(session::end, () -> registry.leave(session, pair.server().stream()));
    agents.add(pair);
    sessions.add(session);
    return pair;
  }

  AgentSession session(int index) {
    return sessions.get(index);
  }

  /** The caller sends frames; then everything comes to rest. */
  void send(byte[]... frames) {
    for (byte[] frame : frames) {
      sendRaw(frame);
    }
    settle();
  }

  private void sendRaw(byte[] bytes) {
    hand.run(
        () ->
            channel
                .pipeline()
                .fireChannelRead(buffers.buffer().writeBytes(bytes))
                .fireChannelReadComplete());
  }

  /** Lets tunnels and the connection come to rest, and reads what the caller is sent. */
  void settle() {
    boolean moved = true;
    while (moved) {
      moved = false;
      hand.run();
      for (TunnelPair agent : agents) {
        agent.hand().run();
        while (agent.server().transport().underWay() + agent.agent().transport().underWay() > 0) {
          agent.hand().run(agent::deliverBoth);
          moved = true;
        }
      }
      for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
        moved = true;
        script.read(ByteBufUtil.getBytes(out));
        out.release();
      }
    }
  }

  void advance(Duration by) {
    hand.advance(by);
    settle();
  }

  /** A gRPC request's head. */
  byte[] grpc(int stream, boolean last, String... more) {
    List<String> fields =
        new ArrayList<>(
            List.of(
                ":method", "POST",
                ":scheme", "http",
                ":path", "/shop.Cart/Add",
                ":authority", "shop.example",
                "content-type", "application/grpc",
                "te", "trailers"));
    fields.addAll(List.of(more));
    return script.headers(stream, last, fields.toArray(String[]::new));
  }

  /** A plain request's head. */
  byte[] http(int stream, String method, boolean last, String... more) {
    List<String> fields =
        new ArrayList<>(
            List.of(
                ":method", method,
                ":scheme", "http",
                ":path", "/page?q=1",
                ":authority", "shop.example"));
    fields.addAll(List.of(more));
    return script.headers(stream, last, fields.toArray(String[]::new));
  }

  /** What the caller was sent on this stream since the last question. */
  List<Seen> news(int stream) {
    List<Seen> all = script.seen();
    List<Seen> news =
        all.subList(seen, all.size()).stream().filter(frame -> frame.stream() == stream).toList();
    seen = all.size();
    return news;
  }

  /** The only frame on this stream since the last question. */
  Seen one(int stream) {
    List<Seen> news = news(stream);
    if (news.size() != 1) {
      throw new AssertionError("not one frame: " + news);
    }
    return news.get(0);
  }

  /** All frames of this stream. */
  List<Seen> all(int stream) {
    return script.seen().stream().filter(frame -> frame.stream() == stream).toList();
  }

  /** The newest call at this agent. */
  static Arrived call(TunnelPair agent) {
    return agent.agent().newest();
  }

  /** Bytes of the connection's buffers that nobody has released. */
  long heldBytes() {
    return buffers.metric().usedHeapMemory() + buffers.metric().usedDirectMemory();
  }

  boolean isConnected() {
    return channel.isActive();
  }

  /** The caller's connection ends. */
  void hangUp() {
    channel.close();
    settle();
  }

  /** Lines of the access log, once everything is closed. */
  List<String> logLines() {
    return log.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Override
  public void close() {
    if (channel.isActive()) {
      hangUp();
    }
    for (int i = 0; i < agents.size(); i++) {
      TunnelPair agent = agents.get(i);
      if (agent.server().closed() == null) {
        settle();
        check(agent.server().stream().callCount() == 0, "calls on a tunnel");
      }
      agent.cut();
      settle();
      check(agent.heldBytes() == 0, "buffers of a tunnel");
      check(sessions.get(i).calls() == 0, "slots of an agent");
    }
    check(dispatcher.keptBytes() == 0, "copies of requests");
    check(dispatcher.mirrorsRunning() == 0, "copies of calls");
    check(calls.running() == 0, "calls that run");
    check(!hand.hasTimers(), "timers");
    channel.finishAndReleaseAll();
    check(heldBytes() == 0, "buffers of the connection");
    script.close();
    accessLog.close();
    check(!accessLog.isOn() || logLines().size() == calls.total(), "lines of the log");
  }

  private static void check(boolean isTrue, String what) {
    if (!isTrue) {
      throw new AssertionError(what + " are left, or are not one for each call");
    }
  }

  /** Header fields, from names and values in turn. */
  static HeaderFields fields(String... pairs) {
    HeaderFields fields = new HeaderFields();
    for (int i = 0; i < pairs.length; i += 2) {
      fields.add(new AsciiString(pairs[i]), new AsciiString(pairs[i + 1]));
    }
    return fields;
  }

  /** A number of bytes. */
  static String body(int bytes) {
    return "x".repeat(bytes);
  }

  static int initialWindow() {
    return INITIAL_WINDOW;
  }
}
