package dev.adit.core.tunnel.grpc;

import java.util.function.IntConsumer;

/**
 * The messages that gRPC was asked for on one tunnel's stream: never all of them come, for behind
 * the last one it hands over nothing any more, and nobody is told. No number is enough for a tunnel
 * that is busy for days. Confined to the loop of the tunnel's connection.
 */
public final class MessageDemand {
  /** Asked for at a time; twice as many at first. */
  public static final int BATCH = 1 << 16;

  // deps
  private final IntConsumer ask;

  // state, confined to the loop
  private int sinceAsked;

  /**
   * Of a stream that was asked for nothing yet.
   *
   * @param ask gRPC's {@code request}
   */
  public MessageDemand(IntConsumer ask) {
    this.ask = ask;
  }

  /** Asks for the first messages. */
  public void begin() {
    ask.accept(2 * BATCH);
  }

  /** One has come. */
  public void onMessage() {
    if (++sinceAsked == BATCH) {
      sinceAsked = 0;
      ask.accept(BATCH);
    }
  }
}
