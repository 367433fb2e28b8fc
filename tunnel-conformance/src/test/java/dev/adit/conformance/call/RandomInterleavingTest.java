package dev.adit.conformance.call;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Expect;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSizes;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Calls of a stock gRPC caller and a stock gRPC backend that send, read, cancel and end at random
 * over windows of 1 KiB everywhere. Whatever they do, every call ends, what was echoed is what was
 * sent, and afterwards every table is empty. A failure names its seed; {@code -Dadit.seed=N} begins
 * with it.
 */
final class RandomInterleavingTest {
  private static final int CALLS = 5_000;
  private static final int AT_ONCE = 50;

  /** So many that what cancels among them is no flood of resets yet. */
  private static final int CALLS_A_CONNECTION = 250;

  private static final int WINDOW = 1024;

  /** Who may hold whom back. */
  private enum Windows {
    TUNNEL_ONLY,
    EVERYWHERE
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void everyCallEndsAndEveryTableIsEmpty(Windows windows) throws Exception {
    long first = Long.getLong("adit.seed", new Random().nextLong());
    int edge = windows == Windows.EVERYWHERE ? WINDOW : 1 << 20;
    Server backend =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .flowControlWindow(edge)
            .fallbackHandlerRegistry(new EchoBackend())
            .build()
            .start();
    try (LocalSite site =
        LocalSite.start(
            SitePlan.of("127.0.0.1:" + backend.getPort()).withSizes(TunnelSizes.window(WINDOW)))) {
      for (int done = 0; done < CALLS; done += CALLS_A_CONNECTION) {
        runOnOneConnection(site, edge, first + done);
      }
    } finally {
      backend.shutdownNow().awaitTermination();
    }
  }

  private static void runOnOneConnection(LocalSite site, int window, long firstSeed)
      throws InterruptedException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(site.entry())
            .usePlaintext()
            .flowControlWindow(window)
            .build();
    try {
      for (int done = 0; done < CALLS_A_CONNECTION; done += AT_ONCE) {
        runSome(channel, firstSeed + done);
        Eventually.empty(site::leftovers);
      }
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private static void runSome(ManagedChannel channel, long firstSeed) {
    List<RandomCaller> callers = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      callers.add(RandomCaller.start(channel, firstSeed + i));
    }
    Random order = new Random(firstSeed);
    List<RandomCaller> active = new ArrayList<>(callers);
    while (!active.isEmpty()) {
      int next = order.nextInt(active.size());
      if (!active.get(next).step()) {
        active.remove(next);
      }
    }
    for (RandomCaller caller : callers) {
      Expect.equal("", caller.awaitEnd(), "seed " + caller.seed());
    }
  }
}
