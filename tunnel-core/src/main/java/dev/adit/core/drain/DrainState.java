package dev.adit.core.drain;

/** How far a process is with going away. */
public enum DrainState {
  /** New calls are taken. */
  RUNNING,
  /** What runs goes on; nothing new is started. */
  DRAINING,
  /** Nothing runs any more, or time is up. */
  DRAINED
}
