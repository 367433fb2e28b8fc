package dev.adit.core.flow;

/**
 * The bytes a peer has allowed us to send on one call. Never negative. Stands alone, or below what
 * sends. Confined to the loop of the tunnel stream.
 */
public class SendWindow {
  private int available;

  /**
   * @param initial credit the call starts with, bytes
   */
  public SendWindow(int initial) {
    available = initial;
  }

  public final int available() {
    return available;
  }

  public final boolean isExhausted() {
    return available == 0;
  }

  /** Uses credit; the caller has checked that there is enough. */
  public final void take(int bytes) {
    assert bytes <= available : bytes + " > " + available;
    available -= bytes;
  }

  /**
   * Adds credit.
   *
   * @return false if the sum would pass 2^31-1, which ends the tunnel (docs/protocol.md 3)
   */
  public final boolean grant(int bytes) {
    if (bytes <= 0 || available > Integer.MAX_VALUE - bytes) {
      return false;
    }
    available += bytes;
    return true;
  }
}
