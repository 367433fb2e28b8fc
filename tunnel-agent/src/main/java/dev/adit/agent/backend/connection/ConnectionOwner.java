package dev.adit.agent.backend.connection;

/** Who holds a connection to a backend, and hears of it on its loop. */
public interface ConnectionOwner {
  /** The connection takes streams. */
  void onReady();

  /** A stream may have become free. */
  void onFree();

  /** The connection takes no more streams; those that run go on. */
  void onDraining(BackendConnection connection);

  /** The connection broke HTTP/2's rules, or its peer did. */
  void onConnectionError(String why);

  /**
   * The connection has ended.
   *
   * @param wasReady false if it never came to be of use
   */
  void onClosed(BackendConnection connection, boolean wasReady, String why);
}
