package dev.adit.server.dispatch;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.flow.ReplayCopy;
import dev.adit.core.name.GroupName;
import dev.adit.server.dispatch.placement.Placement;
import dev.adit.server.dispatch.placement.PlacementListener;
import dev.adit.server.registry.AgentSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy of a call whose answer nobody waits for: it is read to its end and thrown away. Confined
 * to the loop of the caller's connection, and independent of the caller.
 */
final class MirrorCall implements PlacementListener {
  /** A call without a deadline would otherwise have a copy that may stay forever. */
  static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final Logger log = LoggerFactory.getLogger(MirrorCall.class);

  // deps
  private final MirrorSlots slots;
  private final AsciiString rule;
  private final GroupName group;

  // state, confined to the loop
  private @Nullable RequestSide request;
  private @Nullable Future<?> timer;
  private boolean over;

  private MirrorCall(MirrorSlots slots, AsciiString rule, GroupName group) {
    this.slots = slots;
    this.rule = rule;
    this.group = group;
  }

  /**
   * Sends a copy, if there is a slot for it.
   *
   * @param headers with the time that is left
   * @param body borrowed; whole
   * @param placement makes the copy's placement, whose answer its listener gets
   */
  static void send(
      MirrorSlots slots,
      AsciiString rule,
      GroupName group,
      EventLoop home,
      CallHeaders headers,
      ReplayCopy body,
      PlacementMaker placement) {
    if (!slots.tryTake()) {
      log.debug("rule {}: a copy is left out, {} run", rule, slots.taken());
      slots.counts().add(group, MirrorCounts.LEFT_OUT);
      return;
    }
    MirrorCall call = new MirrorCall(slots, rule, group);
    Placement placed = placement.of(headers, call);
    call.request = placed;
    placed.place();
    if (call.over) {
      return;
    }
    long nanos = Math.min(headers.timeoutNanos(), MAX_NANOS);
    call.timer = home.schedule(call::onDeadline, nanos, TimeUnit.NANOSECONDS);
    body.replayTo(placed::onRequestChunk);
  }

  /** Makes the placement of a call. */
  interface PlacementMaker {
    Placement of(CallHeaders headers, PlacementListener listener);
  }

  private void onDeadline() {
    RequestSide side = request;
    if (!over && side != null) {
      end(CallFailure.DEADLINE.token().toString());
      side.onCancel(CallReset.failed(CallFailure.DEADLINE, "the copy's time is over"));
    }
  }

  private void end(String reason) {
    if (over) {
      return;
    }
    over = true;
    slots.counts().add(group, reason);
    if (timer != null) {
      timer.cancel(false);
    }
    slots.giveBack();
  }

  @Override
  public void onPlaced(AgentSession agent, int attempt) {}

  @Override
  public void onRetry(int retries) {}

  @Override
  public void onAccepted(AsciiString upstream, AsciiString backend) {}

  @Override
  public void onHead(ResponseHead head, boolean last) {
    if (last) {
      end(MirrorCounts.ANSWERED);
    }
  }

  @Override
  public void onResponseChunk(ByteBuf data, boolean last) {
    int bytes = data.readableBytes();
    data.release();
    RequestSide side = request;
    if (bytes > 0 && side != null) {
      side.onResponseConsumed(bytes);
    }
    if (last) {
      end(MirrorCounts.ANSWERED);
    }
  }

  @Override
  public void onTrailers(HeaderFields trailers) {
    end(MirrorCounts.ANSWERED);
  }

  @Override
  public void onRequestConsumed(int bytes) {}

  @Override
  public void onReset(CallReset reset) {
    log.debug("rule {}: a copy failed: {}", rule, reset.failure().token());
    end(reset.failure().token().toString());
  }
}
