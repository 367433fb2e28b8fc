package dev.adit.server.dispatch;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.flow.ReplayCopy;
import dev.adit.server.dispatch.placement.PlacementListener;
import dev.adit.server.registry.AgentSession;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call that is copied once its request is whole: it hands everything on at once, and keeps the
 * request's bytes beside. A call whose request is larger than the copy may be, or that ends or is
 * cancelled before it half-closes, has no copy. Confined to the loop of the caller's connection.
 */
final class MirroredCall implements RequestSide, PlacementListener {
  // deps
  private final PlacementListener caller;
  private final ReplayCopy copy;
  private final Consumer<ReplayCopy> mirror;

  // state, confined to the loop
  private @Nullable RequestSide request;

  /**
   * @param mirror sends the copy of a whole request, which it borrows
   */
  MirroredCall(PlacementListener caller, ReplayCopy copy, Consumer<ReplayCopy> mirror) {
    this.caller = caller;
    this.copy = copy;
    this.mirror = mirror;
  }

  /** Where the call's own request goes. */
  void request(RequestSide side) {
    request = side;
  }

  private RequestSide request() {
    return Objects.requireNonNull(request);
  }

  @Override
  public void onRequestChunk(ByteBuf data, boolean last) {
    copy.keep(data, last);
    request().onRequestChunk(data, last);
    if (last) {
      if (copy.isComplete()) {
        mirror.accept(copy);
      }
      copy.drop();
    }
  }

  @Override
  public void onResponseConsumed(int bytes) {
    request().onResponseConsumed(bytes);
  }

  @Override
  public void onCancel(CallReset reset) {
    copy.drop();
    request().onCancel(reset);
  }

  @Override
  public void onPlaced(AgentSession agent, int attempt) {
    caller.onPlaced(agent, attempt);
  }

  @Override
  public CallHeaders headFor(CallHeaders head) {
    return caller.headFor(head);
  }

  @Override
  public void onUnplaced(String reason) {
    caller.onUnplaced(reason);
  }

  @Override
  public void onRetry(int retries) {
    caller.onRetry(retries);
  }

  @Override
  public void onAccepted(AsciiString upstream, AsciiString backend) {
    caller.onAccepted(upstream, backend);
  }

  @Override
  public void onHead(ResponseHead head, boolean last) {
    dropAt(last);
    caller.onHead(head, last);
  }

  @Override
  public void onResponseChunk(ByteBuf data, boolean last) {
    dropAt(last);
    caller.onResponseChunk(data, last);
  }

  @Override
  public void onTrailers(HeaderFields trailers) {
    copy.drop();
    caller.onTrailers(trailers);
  }

  @Override
  public void onRequestConsumed(int bytes) {
    caller.onRequestConsumed(bytes);
  }

  @Override
  public void onReset(CallReset reset) {
    copy.drop();
    caller.onReset(reset);
  }

  private void dropAt(boolean last) {
    if (last) {
      copy.drop();
    }
  }
}
