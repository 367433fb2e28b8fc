package dev.adit.core.http2.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How much a peer may send on a stream, and how that grows. */
final class ReceiveWindowsTest {
  private static final int INITIAL = 1000;
  private static final int GROWN = 4000;

  /** The connection's own updates are none of these. */
  private final List<Integer> updates = new ArrayList<>();

  private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
  private final Http2Connection connection = new DefaultHttp2Connection(true);
  private boolean tight;

  private final ReceiveWindows windows =
      new ReceiveWindows(connection, new ReceiveWindows.Sizes(INITIAL, GROWN, () -> tight));

  private Http2Stream stream = connection.connectionStream();

  @BeforeEach
  void openStream() throws Http2Exception {
    connection.local().flowController(windows);
    windows.frameWriter(
        new DefaultHttp2FrameWriter() {
          @Override
          public ChannelFuture writeWindowUpdate(
              ChannelHandlerContext ctx, int id, int bytes, ChannelPromise promise) {
            if (id != 0) {
              updates.add(bytes);
            }
            return promise.setSuccess();
          }
        });
    windows.channelHandlerContext(channel.pipeline().firstContext());
    windows.initialWindowSize(INITIAL);
    stream = connection.remote().createStream(1, false);
  }

  @AfterEach
  void closeChannel() {
    channel.finishAndReleaseAll();
  }

  private void receive(int bytes) throws Http2Exception {
    windows.receive(stream, bytes, false);
  }

  /** Bytes come and move on at once. */
  private void pass(int bytes) throws Http2Exception {
    receive(bytes);
    windows.consumeBytes(stream, bytes);
  }

  /** More than a call has credit for at first. */
  private void passTheFirst() throws Http2Exception {
    pass(INITIAL);
    pass(499);
    assertEquals(List.of(INITIAL), updates);
    pass(1);
    assertEquals(GROWN, windows.windowSize(stream));
    updates.clear();
  }

  @Test
  void halfAWindowAtLeastIsGivenBack() throws Exception {
    pass(499);
    assertEquals(List.of(), updates);
    pass(1);
    assertEquals(List.of(500), updates);
    pass(500);
    assertEquals(List.of(500, 500), updates);
    pass(500);
    assertEquals(List.of(500, 500, 500 + GROWN - INITIAL), updates);
    assertEquals(GROWN, windows.initialWindowSize(stream));
    pass(1999);
    assertEquals(3, updates.size());
    pass(1);
    assertEquals(2000, updates.get(3));
  }

  /** The first bytes of a call move on whether the far end takes them or not. */
  @Test
  void windowStaysUntilMoreHasMovedOnThanTheFirstCredit() throws Exception {
    receive(INITIAL);
    windows.consumeBytes(stream, INITIAL);
    assertEquals(List.of(INITIAL), updates);
    receive(INITIAL);
    assertEquals(List.of(INITIAL), updates);
    windows.consumeBytes(stream, INITIAL);
    assertEquals(List.of(INITIAL, GROWN), updates);
  }

  /** Its reader is slower than the peer: a larger window would only hold more. */
  @Test
  void windowStaysWhileBytesWait() throws Exception {
    pass(INITIAL);
    receive(INITIAL);
    windows.consumeBytes(stream, 600);
    receive(600);
    windows.consumeBytes(stream, 900);
    assertEquals(List.of(INITIAL, 600, 900), updates);
    assertEquals(INITIAL, windows.initialWindowSize(stream));
    windows.consumeBytes(stream, 100);
    receive(900);
    windows.consumeBytes(stream, 900);
    assertEquals(List.of(INITIAL, 600, 900, 1000 + GROWN - INITIAL), updates);
  }

  @Test
  void noMoreMayComeThanWhatIsGranted() throws Exception {
    passTheFirst();
    receive(GROWN);
    assertThrows(Http2Exception.class, () -> receive(1));
  }

  @Test
  void nothingGrowsWhileMemoryIsTight() throws Exception {
    tight = true;
    pass(INITIAL);
    pass(INITIAL);
    assertEquals(List.of(INITIAL, INITIAL), updates);
    assertEquals(INITIAL, windows.windowSize(stream));
  }

  /** What was granted stays granted; no more than at first is granted again. */
  @Test
  void windowFallsBackWhileMemoryIsTight() throws Exception {
    passTheFirst();
    tight = true;
    pass(2000);
    pass(1499);
    assertEquals(List.of(), updates);
    pass(1);
    assertEquals(List.of(500), updates);
    assertEquals(INITIAL, windows.windowSize(stream));
  }

  @Test
  void newWindowIsTheInitialOne() throws Exception {
    passTheFirst();
    assertEquals(INITIAL, windows.windowSize(connection.remote().createStream(3, false)));
  }
}
