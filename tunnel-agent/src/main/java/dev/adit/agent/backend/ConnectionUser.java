package dev.adit.agent.backend;

import dev.adit.agent.backend.connection.BackendConnection;

/**
 * One who waits for a stream on a connection to a backend. Told exactly once, on the loop of the
 * pool.
 */
public interface ConnectionUser {
  /**
   * A stream is reserved on {@code connection}: to be used by {@link BackendConnection#open}, or
   * given back.
   */
  void onConnection(BackendConnection connection);

  /** There is none, and there will be none soon. */
  void onNoConnection();
}
