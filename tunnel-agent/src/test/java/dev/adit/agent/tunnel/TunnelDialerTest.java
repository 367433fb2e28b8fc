package dev.adit.agent.tunnel;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.config.HostPort;
import dev.adit.core.process.EventLoops;
import io.grpc.ManagedChannel;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dialer on real loops whose server is not there. */
final class TunnelDialerTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  private final EventLoops loops = EventLoops.start(1, "dialer");
  private final AtomicInteger told = new AtomicInteger();
  private final HostPort nobody = nobody();
  private final TunnelDialer dialer =
      new TunnelDialer(
          TunnelBench.plan(loops, List.of(nobody)), connected -> told.incrementAndGet());

  /** A port that nobody listens on. */
  private static HostPort nobody() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new HostPort("127.0.0.1", free.getLocalPort());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void end() {
    dialer.close();
    loops.close();
  }

  /** {@code /status} and {@code doctor} show it; nobody tells the dialer to look again. */
  @Test
  void addressThatCannotBeReachedIsShownWithItsReason() {
    assertEquals(List.of(), dialer.servers());
    dialer.start();
    await().until(() -> dialer.servers().stream().anyMatch(each -> !each.problem().isEmpty()));
    DialedServer shown = dialer.servers().get(0);
    assertEquals(nobody, shown.server());
    assertEquals(nobody.toString(), shown.address());
    assertTrue(shown.problem().contains("refused"), shown.problem());
    assertEquals(List.of(), shown.tunnels());
    assertEquals(0, told.get());
  }

  /** Else an agent that is told to stop before its first tunnel is up would wait in vain. */
  @Test
  void dialerWithoutTunnelsIsGoneAsSoonAsItIsRetired() throws InterruptedException {
    dialer.start();
    await().until(() -> dialer.servers().stream().anyMatch(each -> !each.problem().isEmpty()));
    dialer.retire("going-away");
    dialer.awaitGone(LONG);
  }

  /** Each look-up and each dial of one server waited for those of another. */
  @Test
  void nameThatIsLookedUpForLongHoldsUpNoOtherServer() {
    HostPort slow = new HostPort("slow.example", 1);
    TunnelPlan plan = TunnelBench.plan(loops, List.of(slow, nobody));
    CountDownLatch end = new CountDownLatch(1);
    TunnelDialer both =
        new TunnelDialer(
            plan, connected -> {}, new SlowNames(plan, slow, end), TunnelDialer.newBackground());
    both.start();
    await().until(() -> both.servers().stream().anyMatch(each -> !each.problem().isEmpty()));
    assertEquals(nobody, both.servers().get(0).server());
    both.close();
    end.countDown();
  }

  /** Where threads cannot be had for a while it would else never dial again. */
  @Test
  void dialThatFindsNoThreadComesLater() {
    Threadless background = new Threadless();
    TunnelPlan plan = TunnelBench.plan(loops, List.of(nobody));
    TunnelDialer late =
        new TunnelDialer(plan, connected -> {}, new TunnelChannels(plan), background);
    late.start();
    await().until(() -> late.servers().stream().anyMatch(each -> !each.problem().isEmpty()));
    assertEquals(2, background.refused.get());
    late.close();
  }

  /** gRPC takes none for the host of a URI: the dial failed, and nobody was dialled any more. */
  @ParameterizedTest
  @ValueSource(strings = {"tunnel_server", "tunnel.1st", "x-"})
  void serverIsDialledByANameThatNoUriHas(String name) {
    HostPort server = new HostPort(name, nobody.port());
    TunnelPlan plan = TunnelBench.plan(loops, List.of(server));
    TunnelDialer named =
        new TunnelDialer(plan, connected -> {}, new NamedHere(plan), TunnelDialer.newBackground());
    named.start();
    await().until(() -> named.servers().stream().anyMatch(each -> !each.problem().isEmpty()));
    DialedServer shown = named.servers().get(0);
    assertEquals(nobody.toString(), shown.address());
    assertTrue(shown.problem().contains("refused"), shown.problem());
    named.close();
  }

  /** Whatever name is looked up is that of this machine. */
  private record NamedHere(TunnelPlan plan) implements TunnelDialer.Network {
    @Override
    public List<SocketAddress> resolve(HostPort server) throws UnknownHostException {
      InetAddress here = InetAddress.getByAddress(server.host(), new byte[] {127, 0, 0, 1});
      return List.of(new InetSocketAddress(here, server.port()));
    }

    @Override
    public ManagedChannel newChannel(HostPort server, SocketAddress address, EventLoop loop) {
      return new TunnelChannels(plan).newChannel(server, address, loop);
    }
  }

  /** Has no thread at first, as the JVM says that. */
  private static final class Threadless extends ThreadPoolExecutor {
    private final AtomicInteger refused = new AtomicInteger();

    Threadless() {
      super(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    }

    @Override
    public void execute(Runnable task) {
      if (refused.get() < 2) {
        refused.incrementAndGet();
        throw new OutOfMemoryError("unable to create native thread");
      }
      super.execute(task);
    }
  }

  /** One name of which waits for its answer until the end. */
  private record SlowNames(TunnelPlan plan, HostPort slow, CountDownLatch end)
      implements TunnelDialer.Network {
    @Override
    public List<SocketAddress> resolve(HostPort server) throws UnknownHostException {
      if (server.equals(slow)) {
        awaitCountDown();
      }
      return new TunnelChannels(plan).resolve(server);
    }

    private void awaitCountDown() throws UnknownHostException {
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new UnknownHostException(slow.host());
    }

    @Override
    public ManagedChannel newChannel(HostPort server, SocketAddress address, EventLoop loop) {
      return new TunnelChannels(plan).newChannel(server, address, loop);
    }
  }
}
