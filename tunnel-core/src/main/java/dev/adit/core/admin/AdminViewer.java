package dev.adit.core.admin;

import io.netty.buffer.ByteBuf;

/** Somebody who reads a feed of the admin port. Any thread. */
public interface AdminViewer {

  /**
   * Sends an event, unless most of what was sent before has not left yet: a viewer that reads
   * slowly holds one event, never a queue of them.
   *
   * @param event whole, in the form of server-sent events; borrowed
   * @return false if it was not sent
   */
  boolean offer(ByteBuf event);

  /** Ends the connection. */
  void drop();

  /** Tells once when the connection has ended, whoever ended it. */
  void onGone(Runnable gone);
}
