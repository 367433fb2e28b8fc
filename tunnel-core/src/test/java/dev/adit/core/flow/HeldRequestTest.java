package dev.adit.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallReset;
import dev.adit.core.call.RequestSide;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HeldRequestTest {
  private final HeldRequest held = new HeldRequest();
  private final List<String> heard = new ArrayList<>();
  private final RequestSide next =
      new RequestSide() {
        @Override
        public void onRequestChunk(ByteBuf data, boolean last) {
          heard.add(data.toString(StandardCharsets.US_ASCII) + (last ? "." : ""));
          data.release();
        }

        @Override
        public void onResponseConsumed(int bytes) {
          heard.add("consumed " + bytes);
        }

        @Override
        public void onCancel(CallReset reset) {
          heard.add("cancel");
        }
      };

  private static ByteBuf chunk(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  @Test
  void whatWasKeptComesFirstAndInOrder() {
    held.onRequestChunk(chunk("a"), false);
    held.onRequestChunk(chunk("b"), false);
    held.handTo(next);
    held.onRequestChunk(chunk("c"), true);
    held.onResponseConsumed(5);
    held.onCancel(CallReset.cancelled());
    assertEquals(List.of("ab", "c.", "consumed 5", "cancel"), heard);
  }

  /** A caller chooses how many there are of them, up to one for each byte of its window. */
  @Test
  void smallChunksDoNotKeepTheBuffersThatTheyCameIn() {
    List<ByteBuf> buffers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ByteBuf buffer = chunk("some large buffer");
      buffers.add(buffer);
      held.onRequestChunk(buffer.readRetainedSlice(1), i == 2);
      buffer.release();
    }
    assertEquals(List.of(0, 0, 0), buffers.stream().map(ByteBuf::refCnt).toList());
    held.handTo(next);
    assertEquals(List.of("sss."), heard);
  }

  @Test
  void largeChunksStayWhatTheyAre() {
    String large = "l".repeat(2000);
    held.onRequestChunk(chunk(large), false);
    held.onRequestChunk(chunk("s"), false);
    held.onRequestChunk(chunk(large), true);
    held.handTo(next);
    assertEquals(List.of(large, "s", large + "."), heard);
  }

  @Test
  void onlyTheLastChunkHalfCloses() {
    held.onRequestChunk(chunk("a"), false);
    held.onRequestChunk(chunk(""), true);
    held.handTo(next);
    assertEquals(List.of("a", "."), heard);
  }

  @Test
  void cancelledCallKeepsNothing() {
    ByteBuf before = chunk("a");
    ByteBuf after = chunk("b");
    held.onRequestChunk(before, false);
    held.onCancel(CallReset.cancelled());
    held.onRequestChunk(after, true);
    assertTrue(held.isOver());
    assertEquals(0, before.refCnt());
    assertEquals(0, after.refCnt());
  }
}
