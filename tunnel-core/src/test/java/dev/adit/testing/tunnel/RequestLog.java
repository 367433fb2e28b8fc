package dev.adit.testing.tunnel;

import dev.adit.core.call.CallReset;
import dev.adit.core.call.RequestSide;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes down what a call's request side hears, and fails on a chunk after the last. */
public class RequestLog implements RequestSide {
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private boolean ended;
  private @Nullable CallReset cancelled;
  private int responseConsumed;
  private int chunks;

  /**
   * A request that begins.
   *
   * @param complete its head is all there is
   */
  public RequestLog(boolean complete) {
    ended = complete;
  }

  @Override
  public void onRequestChunk(ByteBuf data, boolean last) {
    byte[] bytes = new byte[data.readableBytes()];
    data.readBytes(bytes).release();
    if (ended || cancelled != null) {
      throw new AssertionError("a chunk after the end");
    }
    chunks++;
    ended = last;
    body.writeBytes(bytes);
  }

  @Override
  public void onResponseConsumed(int bytes) {
    if (bytes <= 0) {
      throw new AssertionError("consumed " + bytes);
    }
    responseConsumed += bytes;
  }

  @Override
  public void onCancel(CallReset reset) {
    if (cancelled != null) {
      throw new AssertionError("cancelled twice");
    }
    cancelled = reset;
  }

  public byte[] body() {
    return body.toByteArray();
  }

  public String bodyText() {
    return body.toString(StandardCharsets.US_ASCII);
  }

  /** Chunks that came, empty ones too. */
  public int chunks() {
    return chunks;
  }

  /** Whether the request is complete. */
  public boolean isEnded() {
    return ended;
  }

  public @Nullable CallReset cancelled() {
    return cancelled;
  }

  /** Response bytes that have left. */
  public int responseConsumed() {
    return responseConsumed;
  }
}
