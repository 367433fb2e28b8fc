package dev.adit.server.dispatch.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.server.registry.AgentSession;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.junit.jupiter.api.Test;

/** What a caller hears of its request's bytes. */
final class RequestProgressTest {
  private int told;
  private final RequestProgress progress = new RequestProgress(new Caller());

  /** Only counts. */
  private final class Caller implements PlacementListener {
    @Override
    public void onRequestConsumed(int bytes) {
      told += bytes;
    }

    @Override
    public void onPlaced(AgentSession agent, int attempt) {}

    @Override
    public void onRetry(int retries) {}

    @Override
    public void onAccepted(AsciiString upstream, AsciiString backend) {}

    @Override
    public void onHead(ResponseHead head, boolean last) {}

    @Override
    public void onResponseChunk(ByteBuf data, boolean last) {
      data.release();
    }

    @Override
    public void onTrailers(HeaderFields trailers) {}

    @Override
    public void onReset(CallReset reset) {}
  }

  @Test
  void bytesThatAreSentAgainAreNoNews() {
    progress.onLeft(10);
    progress.onLeft(8);
    assertEquals(10, told);
    progress.onLeft(13);
    assertEquals(13, told);
  }

  @Test
  void noMoreIsToldThanMayBeUntilAllIs() {
    progress.tellAtMost(4);
    progress.onLeft(3);
    assertEquals(3, told);
    progress.onLeft(10);
    assertEquals(4, told);
    progress.onLeft(12);
    assertEquals(4, told);
    progress.tellAll();
    assertEquals(12, told);
    progress.onLeft(13);
    assertEquals(13, told);
  }

  @Test
  void whatWasToldIsNotTakenBack() {
    progress.onLeft(10);
    progress.tellAtMost(0);
    progress.onLeft(11);
    assertEquals(10, told);
    progress.tellAll();
    assertEquals(11, told);
  }
}
