package dev.adit.testing.tunnel;

import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.call.ResponseSide;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what a call's response side hears, and fails on an event after the end. Takes no
 * bytes off the window by itself.
 */
public class ResponseLog implements ResponseSide {
  private final List<String> events = new ArrayList<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private @Nullable CallReset reset;
  private @Nullable ResponseHead head;
  private @Nullable HeaderFields trailers;
  private int requestConsumed;
  private boolean accepted;
  private boolean ended;

  private void event(String text, boolean last) {
    if (ended) {
      throw new AssertionError(text + " after the end: " + events);
    }
    ended = last;
    events.add(last ? text + " last" : text);
  }

  @Override
  public void onAccepted(AsciiString upstream, AsciiString backend) {
    if (accepted) {
      throw new AssertionError("accepted twice");
    }
    accepted = true;
    event("accepted", false);
  }

  /** The call is tried again: it may be accepted once more. */
  protected void acceptedAnew() {
    accepted = false;
  }

  @Override
  public void onHead(ResponseHead answer, boolean last) {
    event("head " + answer.status(), last);
    head = answer;
  }

  @Override
  public void onResponseChunk(ByteBuf data, boolean last) {
    byte[] bytes = new byte[data.readableBytes()];
    data.readBytes(bytes).release();
    event("chunk", last);
    body.writeBytes(bytes);
  }

  @Override
  public void onTrailers(HeaderFields fields) {
    event("trailers", true);
    trailers = fields;
  }

  @Override
  public void onRequestConsumed(int bytes) {
    if (bytes <= 0) {
      throw new AssertionError("consumed " + bytes);
    }
    requestConsumed += bytes;
  }

  @Override
  public void onReset(CallReset cause) {
    event("reset " + cause.failure().token(), true);
    reset = cause;
  }

  /** What came, in order; chunks without their bytes. */
  public List<String> events() {
    return List.copyOf(events);
  }

  public byte[] body() {
    return body.toByteArray();
  }

  public String bodyText() {
    return body.toString(StandardCharsets.US_ASCII);
  }

  public @Nullable ResponseHead head() {
    return head;
  }

  public @Nullable HeaderFields trailers() {
    return trailers;
  }

  public @Nullable CallReset reset() {
    return reset;
  }

  public boolean isAccepted() {
    return accepted;
  }

  public boolean isEnded() {
    return ended;
  }

  /** Request bytes that have left. */
  public int requestConsumed() {
    return requestConsumed;
  }
}
