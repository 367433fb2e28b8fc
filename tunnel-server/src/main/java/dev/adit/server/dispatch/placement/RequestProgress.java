package dev.adit.server.dispatch.placement;

/**
 * Request bytes that have left towards a backend: a later attempt sends them again, and the caller
 * must not be told of them twice. Stands alone, or below what makes the attempts. Confined to the
 * loop of the caller's connection.
 */
class RequestProgress {
  private static final int UNLIMITED = Integer.MAX_VALUE;

  final PlacementListener caller;

  // state, confined to the loop
  private long told;

  /** What has left beyond the limit. */
  private int untold;

  private int most = UNLIMITED;

  RequestProgress(PlacementListener caller) {
    this.caller = caller;
  }

  /**
   * More of it has left; tells the caller what is news.
   *
   * @param bytes of one attempt, since the request's begin
   */
  final void onLeft(long bytes) {
    long news = bytes - told - untold;
    if (news > 0) {
      untold += (int) news;
      tell();
    }
  }

  private void tell() {
    int news = most == UNLIMITED ? untold : (int) Math.min(untold, most - told);
    if (news > 0) {
      told += news;
      untold -= news;
      caller.onRequestConsumed(news);
    }
  }

  /**
   * Tells the caller of no more bytes in all, for what it hears of it may send on top.
   *
   * @param bytes since the request's begin
   */
  final void tellAtMost(int bytes) {
    most = bytes;
  }

  /** Tells the caller of all that leaves, and has left. */
  final void tellAll() {
    most = UNLIMITED;
    tell();
  }
}
