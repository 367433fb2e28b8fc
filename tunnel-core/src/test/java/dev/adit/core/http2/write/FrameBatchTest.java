package dev.adit.core.http2.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** What a connection has written and not flushed yet. */
final class FrameBatchTest {
  @Test
  void whatNeverLeavesIsFreedAndTold() {
    FrameBatch batch = new FrameBatch();
    EmbeddedChannel channel = new EmbeddedChannel(batch);
    ByteBuf bytes = batch.room(10).writeZero(10);
    ChannelFuture leaving = batch.leaving();
    assertFalse(leaving.isDone());
    channel.pipeline().remove(batch);
    assertEquals(0, bytes.refCnt());
    assertFalse(leaving.isSuccess());
    assertTrue(leaving.isDone());
    assertTrue(batch.isClosed());
    channel.finishAndReleaseAll();
  }
}
