package dev.adit.server.dispatch.placement;

/**
 * Request bytes that have left towards a backend: a later attempt sends them again, and the caller
 * must not be told of them twice. Confined to the loop of the caller's connection.
 */
final class RequestProgress {
  private final PlacementListener caller;
  private long told;

  RequestProgress(PlacementListener caller) {
    this.caller = caller;
  }

  /** What one attempt has sent. */
  final class OfAttempt {
    private long sent;

    /** More of it has left; tells the caller what is news. */
    void onSent(int bytes) {
      sent += bytes;
      if (sent > told) {
        int news = (int) (sent - told);
        told = sent;
        caller.onRequestConsumed(news);
      }
    }
  }
}
