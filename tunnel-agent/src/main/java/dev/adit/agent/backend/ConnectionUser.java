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

  /** How long it waits for a stream at most; asked only if it has to. */
  int patienceMillis();

  /**
   * There is none, and there will be none soon.
   *
   * @param busy the backend has connections, and all their streams are taken
   */
  void onNoConnection(boolean busy);
}
