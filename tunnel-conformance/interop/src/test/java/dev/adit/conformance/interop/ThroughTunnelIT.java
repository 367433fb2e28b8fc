package dev.adit.conformance.interop;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.conformance.site.TunnelSizes;
import dev.adit.demo.process.ChildException;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.EmptyProtos;
import io.grpc.testing.integration.Messages.ResponseParameters;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.AfterParam;
import org.junit.runners.Parameterized.BeforeParam;
import org.junit.runners.Parameterized.Parameters;

/**
 * Every test of gRPC's suite with a server and an agent, each a process of its own, between its
 * channel and its backend; anew for each way to cut bodies and for windows that are always full.
 */
@RunWith(Parameterized.class)
public final class ThroughTunnelIT extends AbstractInteropTest {
  private static final String AGENT = "agent-1";
  private static final int SMALL_PAYLOAD = 256 * 1024;
  private static final int SMALL_CUT = 7;

  private static @Nullable TunnelSite site;
  private static int backendPort;

  private final Variant variant;

  /** A tunnel as users run it, or one with other sizes. */
  private record Variant(String name, Optional<TunnelSizes> sizes) {
    @Override
    public String toString() {
      return name;
    }
  }

  public ThroughTunnelIT(Variant variant) {
    this.variant = variant;
  }

  @Parameters(name = "{0}")
  public static List<Variant> variants() {
    return List.of(
        new Variant("as users run it", Optional.empty()),
        new Variant("cut after 1 byte", Optional.of(TunnelSizes.cutAfter(1))),
        new Variant("cut after 7 bytes", Optional.of(TunnelSizes.cutAfter(SMALL_CUT))),
        new Variant("one chunk a message", Optional.of(TunnelSizes.oneChunkAMessage())),
        new Variant("windows of 1 KiB", Optional.of(TunnelSizes.window(1024))));
  }

  @BeforeParam
  public static void startTunnel(Variant variant) throws Exception {
    backendPort = FixedPort.choose();
    SitePlan plan = SitePlan.of("127.0.0.1:" + backendPort);
    site = TunnelSite.start(variant.sizes.map(plan::withSizes).orElse(plan));
  }

  @AfterParam
  public static void stopTunnel() {
    if (site != null) {
      site.close();
    }
  }

  @Override
  protected ServerBuilder<?> getServerBuilder() {
    FixedPort.awaitFree(backendPort);
    if (!FixedPort.letsGo(backendPort)) {
      restartAgent();
    }
    return NettyServerBuilder.forPort(backendPort, InsecureServerCredentials.create())
        .flowControlWindow(TEST_FLOW_CONTROL_WINDOW)
        .maxInboundMessageSize(MAX_MESSAGE_SIZE);
  }

  /** Its connections end with it. */
  private static void restartAgent() {
    try {
      if (site != null) {
        site.kill(AGENT);
        site.restart(AGENT);
      }
    } catch (IOException | ChildException e) {
      throw new IllegalStateException("the agent is not there again", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  protected ManagedChannelBuilder<?> createChannelBuilder() {
    TunnelSite running = site;
    if (running == null) {
      throw new IllegalStateException("no tunnel");
    }
    return NettyChannelBuilder.forTarget(running.entry())
        .usePlaintext()
        .flowControlWindow(TEST_FLOW_CONTROL_WINDOW)
        .maxInboundMessageSize(MAX_MESSAGE_SIZE);
  }

  /** Ten megabytes in frames of one byte would measure patience. */
  @Override
  protected int unaryPayloadLength() {
    boolean small = variant.sizes.map(sizes -> sizes.chunkBytes() <= SMALL_CUT).orElse(false);
    return small ? SMALL_PAYLOAD : super.unaryPayloadLength();
  }

  @Override
  protected boolean metricsExpected() {
    return false;
  }

  /**
   * As the suite's own, which wants the words of the client: on a busy machine the server's clock
   * may come first, with words of its own.
   */
  @Test
  @Override
  public void deadlineExceeded() {
    blockingStub.emptyCall(EmptyProtos.Empty.getDefaultInstance());
    StreamingOutputCallRequest slow =
        StreamingOutputCallRequest.newBuilder()
            .addResponseParameters(
                ResponseParameters.newBuilder().setIntervalUs((int) TimeUnit.SECONDS.toMicros(20)))
            .build();
    var answers = blockingStub.withDeadlineAfter(1, TimeUnit.SECONDS).streamingOutputCall(slow);
    Status status = assertThrows(StatusRuntimeException.class, answers::next).getStatus();
    assertEquals(Status.Code.DEADLINE_EXCEEDED, status.getCode());
    String words = String.valueOf(status.getDescription());
    assertTrue(words, words.matches("(?s).*deadline exceeded after .*|the deadline has passed"));
  }

  /** Asserts that caller and backend share a connection, which no proxy can keep true. */
  @Override
  public void getServerAddressAndLocalAddressFromClient() {}
}
