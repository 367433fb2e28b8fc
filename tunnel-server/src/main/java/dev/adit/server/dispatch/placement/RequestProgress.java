package dev.adit.server.dispatch.placement;

/**
 * Request bytes that have left towards a backend: a later attempt sends them again, and the caller
 * must not be told of them twice. Confined to the loop of the caller's connection.
 */
final class RequestProgress {
  private final PlacementListener caller;
  private long left;
  private long told;
  private long most = Long.MAX_VALUE;

  RequestProgress(PlacementListener caller) {
    this.caller = caller;
  }

  /**
   * More of it has left; tells the caller what is news.
   *
   * @param bytes of one attempt, since the request's begin
   */
  void onLeft(long bytes) {
    if (bytes > left) {
      left = bytes;
      tell();
    }
  }

  private void tell() {
    int news = (int) (Math.min(left, most) - told);
    if (news > 0) {
      told += news;
      caller.onRequestConsumed(news);
    }
  }

  /**
   * Tells the caller of no more bytes in all, for what it hears of it may send on top.
   *
   * @param bytes since the request's begin
   */
  void tellAtMost(long bytes) {
    most = bytes;
  }

  /** Tells the caller of all that leaves, and has left. */
  void tellAll() {
    most = Long.MAX_VALUE;
    tell();
  }
}
