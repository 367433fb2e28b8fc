package dev.adit.core.http2.flood;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.util.concurrent.Ticker;
import java.util.function.Consumer;

/**
 * Counts the frames of one connection that cost us work and carry no call (RFC 9113 10.5), before
 * anything is done for them. The first beyond a limit ends the connection: the method that counts
 * it throws. Confined to its loop.
 */
public final class FloodGuard {
  /** PRIORITY, RST_STREAM and acknowledgements that may come beside those that we have caused. */
  private static final int SPARE = 100;

  private static final int ACK = 0x1;
  private static final int WINDOW_UPDATES_AT_FIRST = 5;
  private static final int UPDATES_PER_CHUNK = 10;

  // deps
  private final FloodLimits limits;
  private final Consumer<Flood> onFlood;

  // state, confined to the loop
  private final EventRate settings = new EventRate(FloodLimits.WINDOW);
  private final EventRate pings = new EventRate(FloodLimits.WINDOW);
  private final EventRate goAways = new EventRate(FloodLimits.WINDOW);
  private final EventRate unknownFrames = new EventRate(FloodLimits.WINDOW);
  private final EventRate forcedResets = new EventRate(FloodLimits.WINDOW);
  private final EventRate newStreams = new EventRate(FloodLimits.QUICK_WINDOW);
  private long opened;
  private long priorities;
  private long unknown;
  private long windowUpdates;
  private long resets;
  private long acknowledgements;
  private long asked;
  private long chunksSent;
  private int emptyChunks;
  private boolean sentSincePing;
  private boolean greeted;
  private boolean ended;

  /**
   * A guard of a new connection.
   *
   * @param onFlood told the limit that a peer has passed, once
   */
  public FloodGuard(FloodLimits limits, Consumer<Flood> onFlood) {
    this.limits = limits;
    this.onFlood = onFlood;
  }

  /** Whether the peer has said what a peer says first. */
  public boolean isGreeted() {
    return greeted;
  }

  /** Whether a limit has been passed. */
  public boolean isOver() {
    return ended;
  }

  /** Ends the connection if a limit is passed. */
  public void check(boolean within, Flood limit) throws Http2Exception {
    if (within) {
      return;
    }
    if (!ended) {
      ended = true;
      onFlood.accept(limit);
    }
    throw new FloodException(limit);
  }

  /** Each connection of an attacker's makes one: it must cost nothing to speak of. */
  private static final class FloodException extends Http2Exception {
    private static final long serialVersionUID = 1;

    FloodException(Flood limit) {
      super(Http2Error.ENHANCE_YOUR_CALM, limit.told());
    }

    /** Where a peer's frame was counted tells nobody anything. */
    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  // What we send.

  /** HEADERS are sent. */
  public void onHeadersSent() {
    sentSincePing = true;
  }

  /** DATA is sent, which the peer may answer with window updates. */
  public void onChunkSent() {
    chunksSent++;
    sentSincePing = true;
  }

  /** PING or SETTINGS is sent, which the peer acknowledges. */
  public void onAsked() {
    asked++;
  }

  /** We have to reset a stream for a fault of the peer's. */
  public void onForcedReset(long nowNanos) throws Http2Exception {
    check(forcedResets.add(nowNanos) <= limits.forcedResets(), Flood.FORCED_RESETS);
  }

  // What the peer sends.

  /**
   * A frame of any type, by its head; DATA and CONTINUATION are judged by what they hold.
   *
   * @param type as RFC 9113 section 6 numbers them, unsigned
   * @param clock asked only for what is counted by time
   */
  public void onFrame(int type, int flags, Ticker clock) throws Http2Exception {
    boolean ack = (flags & ACK) != 0;
    switch (type) {
      case Http2FrameTypes.DATA, Http2FrameTypes.CONTINUATION -> {
        // onChunk, and who puts header lists together.
      }
      case Http2FrameTypes.HEADERS -> onHeaders(clock.nanoTime());
      case Http2FrameTypes.WINDOW_UPDATE -> onWindowUpdate();
      case Http2FrameTypes.RST_STREAM -> onReset();
      case Http2FrameTypes.PING -> {
        if (ack) {
          onAcknowledgement();
        } else {
          onPing(clock.nanoTime());
        }
      }
      case Http2FrameTypes.SETTINGS -> {
        if (ack) {
          onAcknowledgement();
        } else {
          onSettings(clock.nanoTime());
        }
      }
      case Http2FrameTypes.GO_AWAY -> onGoAway(clock.nanoTime());
      case Http2FrameTypes.PRIORITY -> onPriority();
      default -> onUnknownFrame(clock.nanoTime());
    }
  }

  void onHeaders(long nowNanos) throws Http2Exception {
    opened++;
    emptyChunks = 0;
    check(newStreams.add(nowNanos) <= limits.newStreams(), Flood.NEW_STREAMS);
  }

  /**
   * DATA.
   *
   * @param empty whether it has neither a byte nor ends anything
   */
  public void onChunk(boolean empty) throws Http2Exception {
    emptyChunks = empty ? emptyChunks + 1 : 0;
    check(emptyChunks <= limits.emptyData(), Flood.EMPTY_DATA);
  }

  void onSettings(long nowNanos) throws Http2Exception {
    greeted = true;
    check(settings.add(nowNanos) <= limits.settings(), Flood.SETTINGS);
  }

  /** One for each time that something was sent is how gRPC clients measure the way (BDP). */
  void onPing(long nowNanos) throws Http2Exception {
    if (sentSincePing) {
      sentSincePing = false;
      return;
    }
    check(pings.add(nowNanos) <= limits.pings(), Flood.PINGS);
  }

  void onAcknowledgement() throws Http2Exception {
    acknowledgements++;
    check(acknowledgements <= SPARE + asked, Flood.ACKNOWLEDGEMENTS);
  }

  void onGoAway(long nowNanos) throws Http2Exception {
    check(goAways.add(nowNanos) <= limits.goAways(), Flood.GO_AWAYS);
  }

  /** One for each stream is free: extensions say something of each (PRIORITY_UPDATE, RFC 9218). */
  void onUnknownFrame(long nowNanos) throws Http2Exception {
    unknown++;
    if (unknown <= opened) {
      return;
    }
    check(unknownFrames.add(nowNanos) <= limits.unknownFrames(), Flood.UNKNOWN_FRAMES);
  }

  void onPriority() throws Http2Exception {
    priorities++;
    check(priorities <= SPARE * (1 + opened), Flood.PRIORITIES);
  }

  void onWindowUpdate() throws Http2Exception {
    windowUpdates++;
    check(
        windowUpdates <= WINDOW_UPDATES_AT_FIRST + 2 * (opened + UPDATES_PER_CHUNK * chunksSent),
        Flood.WINDOW_UPDATES);
  }

  void onReset() throws Http2Exception {
    resets++;
    check(resets <= SPARE + opened, Flood.RESETS);
  }
}
