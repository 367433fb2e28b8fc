package dev.adit.agent.sync;

import dev.adit.core.name.GroupName;

/** A tunnel on which a server hands out configuration. Any thread. */
public interface ConfigPeer {
  /** Names the run of the server's process, which may hold several tunnels. */
  String serverId();

  /** Where the server was dialled, for people. */
  String address();

  /**
   * Tells the server what became of a document.
   *
   * @param message why it is refused, or what there is to add; empty: nothing
   */
  void answer(GroupName group, String revision, boolean accepted, String message);
}
