package dev.adit.core.http2;

/**
 * Tells when bytes written to one stream have left, without asking for each write: a stream's
 * writes leave in order, so the last one of a run tells for all. What is still unasked for is
 * always less than {@code everyBytes}. Stands alone, or below what writes the stream. Confined to
 * the loop of the connection.
 */
public class WriteMeter {
  // deps
  private final int everyBytes;

  // state, confined to the loop
  private int unasked;

  /**
   * A meter that has seen nothing.
   *
   * @param everyBytes how many bytes may leave without being told of; must be well below the window
   *     that the telling refills
   */
  public WriteMeter(int everyBytes) {
    this.everyBytes = Math.max(1, everyBytes);
  }

  /**
   * Counts a write that is about to be made.
   *
   * @return how many bytes have left, or never will, when this one has; 0 if nobody needs to know
   */
  public final int onWrite(int bytes) {
    unasked += bytes;
    if (unasked < everyBytes) {
      return 0;
    }
    int told = unasked;
    unasked = 0;
    return told;
  }
}
