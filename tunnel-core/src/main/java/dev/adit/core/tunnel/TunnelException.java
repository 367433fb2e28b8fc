package dev.adit.core.tunnel;

import dev.adit.core.wire.protobuf.WireException;

/**
 * Ends one tunnel stream and every call on it, and nothing else. The reason is a token for logs and
 * metrics.
 */
public final class TunnelException extends Exception {
  private static final long serialVersionUID = 1;

  private final String reason;

  public TunnelException(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** The peer broke the protocol. */
  static TunnelException protocol(String message) {
    return new TunnelException("protocol", message);
  }

  static TunnelException of(WireException e) {
    return new TunnelException("protocol", String.valueOf(e.getMessage()));
  }

  /** The peer's connection was seen to end: everything it had sent before has arrived. */
  public static TunnelException lost(String message) {
    return new TunnelException("lost", message);
  }

  /** Whether the peer's connection was seen to end, as opposed to silence or a fault. */
  public boolean isConnectionEnd() {
    return reason.equals("lost") || reason.equals("closed");
  }

  /** One of: protocol, dead, closed, lost, superseded, refused, revoked, fault. */
  public String reason() {
    return reason;
  }
}
