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
    assertEquals(List.of("a", "b", "c.", "consumed 5", "cancel"), heard);
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
