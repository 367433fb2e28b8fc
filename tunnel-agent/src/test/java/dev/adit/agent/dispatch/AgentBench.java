package dev.adit.agent.dispatch;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.Upstream;
import dev.adit.agent.backend.UpstreamTable;
import dev.adit.agent.metrics.UpstreamMetrics;
import dev.adit.agent.routing.AgentRoutes;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.config.HostPort;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.process.EventLoops;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelListener;
import dev.adit.core.tunnel.TunnelSettings;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.core.tunnel.TunnelTransport;
import dev.adit.core.upstream.BackendConfig;
import dev.adit.core.upstream.UpstreamBalance;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamName;
import dev.adit.core.wire.FrameLimits;
import dev.adit.core.wire.RequestHead;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import dev.adit.testing.http2.FakeBackend;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An agent's path of calls on one real loop: a server's end of a tunnel that the test speaks for,
 * and backends of the test's on real sockets.
 */
final class AgentBench implements AutoCloseable {
  static final int CAPACITY = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** What the agent believes of its window; a server may give less. */
  private static final ReceiveWindows.Sizes WINDOWS = ReceiveWindows.Sizes.fixed(64 * 1024);

  private final EventLoops loops = EventLoops.start(1, "agent-bench");
  private final EventLoop loop = loops.all().get(0);
  private final UpstreamTable upstreams;
  private final CallDispatcher dispatcher;
  private final MemoryBudget memory = MemoryBudget.unlimited();
  final PrometheusRegistry registry = new PrometheusRegistry();
  private final End server;
  private final End agent;

  MemoryBudget memory() {
    return memory;
  }

  /** One caller's call. */
  final class Call {
    private final ResponseLog response = new ResponseLog();
    private final RequestSide request;
    private int read;

    Call(CallHeaders headers, boolean complete) {
      request = on(() -> open(headers, complete));
    }

    private RequestSide open(CallHeaders headers, boolean complete) {
      RequestSide side =
          server.stream.open(headers, AsciiString.of("group"), AsciiString.of("rule"), 1, response);
      if (complete) {
        side.onRequestChunk(Unpooled.EMPTY_BUFFER, true);
      }
      return side;
    }

    Call send(String body, boolean last) {
      return send(body.getBytes(StandardCharsets.ISO_8859_1), last);
    }

    Call send(byte[] body, boolean last) {
      on(
          () -> {
            request.onRequestChunk(chunk(body), last);
            return true;
          });
      return this;
    }

    void cancel() {
      on(
          () -> {
            request.onCancel(CallReset.cancelled());
            return true;
          });
    }

    /** Takes what has come off the window. */
    void read() {
      on(
          () -> {
            int news = response.body().length - read;
            if (news > 0) {
              read += news;
              request.onResponseConsumed(news);
            }
            return true;
          });
    }

    /** The events once there are so many. */
    List<String> events(int count) {
      await(() -> response.events().size() >= count);
      return on(response::events);
    }

    /** The events once the call has ended. */
    List<String> end() {
      await(response::isEnded);
      return on(response::events);
    }

    /** Reads until the call has ended. */
    void readToEnd() {
      await(
          () -> {
            read();
            return response.isEnded();
          });
    }

    CallReset reset() {
      end();
      CallReset reset = on(() -> java.util.Optional.ofNullable(response.reset())).orElse(null);
      if (reset == null) {
        throw new AssertionError("no reset but " + response.events());
      }
      return reset;
    }

    String body() {
      return on(response::bodyText);
    }

    int requestConsumed() {
      return on(response::requestConsumed);
    }
  }

  /** One end of the tunnel. */
  private final class End implements TunnelTransport, TunnelListener {
    private final TunnelStream stream;
    private @Nullable End peer;
    private boolean ready = true;
    private int callsEnded;
    private @Nullable TunnelException closed;

    End(TunnelStream.End side, TunnelSettings settings) {
      stream = new TunnelStream(side, loop, PooledByteBufAllocator.DEFAULT, this, settings, this);
    }

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void send(ByteBuf message) {
      End to = peer;
      loop.execute(
          () -> {
            if (to == null) {
              message.release();
            } else {
              to.stream.onMessage(message);
            }
          });
    }

    @Override
    public void finish() {}

    @Override
    public void abort(TunnelException cause) {
      End other = peer;
      if (other != null) {
        loop.execute(() -> other.stream.onClosed(TunnelException.lost("aborted: " + cause)));
      }
    }

    @Override
    public void onControl(Frame frame) {}

    @Override
    public RequestSide onCall(RequestHead head, boolean last, ResponseSide response) {
      return dispatcher.open(head, last, response, stream);
    }

    @Override
    public void onCallEnded() {
      callsEnded++;
    }

    @Override
    public void onDrain(Drain drain) {}

    @Override
    public void onQuiet(boolean quiet) {}

    @Override
    public void onClosed(TunnelException cause) {
      closed = cause;
    }
  }

  AgentBench(UpstreamConfig upstream) throws IOException {
    this(upstream, WINDOWS.initial());
  }

  /** A bench whose server greets with this window, in bytes. */
  AgentBench(UpstreamConfig upstream, int serverWindow) throws IOException {
    upstreams = new UpstreamTable(List.of(upstream), loops, WINDOWS);
    ServedUpstreams served =
        new ServedUpstreams(
            new RoutedUpstreams(AgentRoutes.of(List.of(upstream), List.of()), upstreams));
    UpstreamMetrics metrics = new UpstreamMetrics(registry, served::all);
    dispatcher = new CallDispatcher(served, CAPACITY, memory, metrics, null);
    TunnelSettings settings =
        new TunnelSettings(
            FrameLimits.DEFAULT,
            new WindowSizes(serverWindow, 4 * serverWindow, 64L << 20),
            memory,
            Duration.ofSeconds(1),
            Duration.ofSeconds(4));
    server = new End(TunnelStream.End.SERVER, settings);
    agent = new End(TunnelStream.End.AGENT, settings);
    server.peer = agent;
    agent.peer = server;
  }

  /** An upstream of these backends, one connection to each. */
  static UpstreamConfig upstream(FakeBackend... backends) {
    return upstream(UpstreamBalance.ROUND_ROBIN, 1, backends);
  }

  static UpstreamConfig upstream(
      UpstreamBalance balance, int maxConnections, FakeBackend... backends) {
    List<BackendConfig> configs = new ArrayList<>();
    for (FakeBackend backend : backends) {
      configs.add(new BackendConfig(new HostPort("127.0.0.1", backend.port()), 1));
    }
    return new UpstreamConfig(
        new UpstreamName("up"),
        configs,
        balance,
        null,
        null,
        null,
        UpstreamConfig.SLOW_START,
        0,
        maxConnections);
  }

  /** The same upstream with connections that are kept without calls. */
  static UpstreamConfig keeping(int connections, UpstreamConfig upstream) {
    return new UpstreamConfig(
        upstream.name(),
        upstream.backends(),
        upstream.balance(),
        upstream.tls(),
        upstream.health(),
        upstream.circuitBreaker(),
        upstream.slowStart(),
        connections,
        upstream.maxConnections());
  }

  /** Opens the connections that are kept without calls. */
  void connect() {
    upstreams.connect();
  }

  /** No call chooses the upstream any more. */
  void letGo() {
    upstreams.retireAllBut(null);
  }

  <T> T on(Callable<T> task) {
    try {
      return loop.inEventLoop() ? task.call() : loop.submit(task).get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Waits for something that is looked at on the loop. */
  void await(Callable<Boolean> condition) {
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> on(condition));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("did not come about", e);
    }
  }

  Call open() {
    return open(TunnelPair.headers());
  }

  Call open(CallHeaders headers) {
    return new Call(headers, false);
  }

  /** A call whose head is all of its request. */
  Call openBare(CallHeaders headers) {
    return new Call(headers, true);
  }

  Upstream upstream() {
    return upstreams.upstreams().iterator().next();
  }

  CallDispatcher dispatcher() {
    return dispatcher;
  }

  /** The agent's side of the tunnel takes messages off or not. */
  void agentMaySend(boolean ready) {
    on(
        () -> {
          agent.ready = ready;
          if (ready) {
            agent.stream.onReady();
          }
          return true;
        });
  }

  boolean tunnelLives() {
    return on(() -> server.closed == null && agent.closed == null);
  }

  void cut() {
    on(
        () -> {
          agent.stream.onClosed(TunnelException.lost("cut"));
          server.stream.onClosed(TunnelException.lost("cut"));
          return true;
        });
  }

  private static ByteBuf chunk(byte[] body) {
    return body.length == 0
        ? Unpooled.EMPTY_BUFFER
        : PooledByteBufAllocator.DEFAULT.buffer(body.length).writeBytes(body);
  }

  /** Waits until no call has left a trace. */
  void awaitNothingLeft() {
    await(
        () ->
            server.stream.callCount() == 0
                && agent.stream.callCount() == 0
                && dispatcher.running() == 0
                && dispatcher.replayBytes().get() == 0
                && upstream().backends().stream().mapToInt(Backend::calls).sum() == 0);
    await(() -> (long) server.callsEnded >= dispatcher.total());
  }

  @Override
  public void close() {
    cut();
    try {
      awaitNothingLeft();
    } finally {
      loops.close();
    }
  }
}
